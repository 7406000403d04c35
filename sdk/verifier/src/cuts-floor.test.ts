import type { Handle, Revision } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import { Cuts } from './cuts.js';
import { newHandle } from './support/test-issuer.js';

const rev = (revision: number) => revision as Revision;
const cut = (handle: Handle, revision: number, absolute = false) =>
  ({ kind: 'handle', handle, revision: rev(revision), absolute }) as const;

describe('Cuts below the floor', () => {
  // breaks when: raiseFloor keeps what it stands for, or forgets what lies above it
  it('are forgotten, and every token that they end is refused all the same', () => {
    const cuts = new Cuts(100);
    const [old, both, young] = [newHandle(), newHandle(), newHandle()];
    for (const entry of [cut(old, 5, true), cut(both, 6), cut(young, 12), cut(both, 13)]) {
      cuts.add(entry);
    }
    cuts.raiseFloor(rev(10));
    expect(cuts.size).toBe(2);
    expect(cuts.faultOf([old], rev(4))).toBe('token_below_floor');
    expect(cuts.faultOf([both], rev(12))).toBe('token_cut');
    expect(cuts.faultOf([young], rev(11))).toBe('token_cut');
    expect(cuts.faultOf([newHandle()], rev(9))).toBe('token_below_floor');
    expect(cuts.faultOf([newHandle()], rev(10))).toBeUndefined();
  });

  it('does not go down, and keeps the cuts of keys', () => {
    const cuts = new Cuts(100);
    const keyId = 'k'.repeat(43) as never;
    cuts.add({ kind: 'key-cut', revision: rev(2), keyId });
    cuts.raiseFloor(rev(10));
    cuts.raiseFloor(rev(3));
    expect(cuts.floor).toBe(10);
    expect(cuts.isKeyCut(keyId)).toBe(true);
  });

  it('forgets many in the order of their cuts, a rise at a time', () => {
    const cuts = new Cuts(1_000_000);
    for (let at = 1; at <= 200_000; at += 1) cuts.add(cut(newHandle(), at));
    for (let floor = 10_000; floor <= 200_000; floor += 10_000) {
      cuts.raiseFloor(rev(floor));
      expect(cuts.size).toBe(200_000 - floor);
    }
  });
});
