import type { Handle, Revision, Thumbprint } from '@creance/proto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cuts } from './cuts.js';
import type { FeedEntry, TokenKey } from './frame.js';
import { newHandle } from './support/test-issuer.js';

const [one, other, third] = [newHandle(), newHandle(), newHandle()];
const rev = (revision: number) => revision as Revision;
const cut = (handle: Handle, revision: number, absolute = false): FeedEntry =>
  ({ kind: 'handle', handle, revision: rev(revision), absolute }) as FeedEntry;
const before = (revision: number): FeedEntry =>
  ({ kind: 'before', before: rev(revision), revision: rev(revision) }) as FeedEntry;
const published = (keyId: string, retireAt: number): FeedEntry =>
  ({
    kind: 'token-key',
    revision: rev(1),
    key: { keyId: keyId as Thumbprint, retireAt, jwk: {} } as TokenKey,
  }) as FeedEntry;
const keyCut = (keyId: string): FeedEntry =>
  ({ kind: 'key-cut', keyId: keyId as Thumbprint, revision: rev(1) }) as FeedEntry;

function cutsOf(...entries: readonly FeedEntry[]): Cuts {
  const cuts = new Cuts(100);
  for (const entry of entries) expect(cuts.add(entry)).toBe(true);
  return cuts;
}

describe('Cuts', () => {
  it('refuses what was issued before a cut, and nothing that came with it or later', () => {
    const cuts = cutsOf(cut(one, 10));
    expect([9, 10, 11].map((at) => cuts.faultOf([other, one], rev(at)))).toEqual([
      'token_cut',
      undefined,
      undefined,
    ]);
  });

  // breaks when: a handle that was never cut counts as cut
  it('has nothing against a handle that it does not know', () => {
    expect(cutsOf(cut(one, 10)).faultOf([other], rev(0))).toBeUndefined();
    expect(new Cuts(1).faultOf([one], rev(0))).toBeUndefined();
  });

  it('keeps the strongest of all that was said of a handle, in any order', () => {
    const said = fc.array(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.boolean()), {
      minLength: 1,
    });
    fc.assert(
      fc.property(said, fc.nat(21), (all, at) => {
        const cuts = cutsOf(...all.map(([revision, absolute]) => cut(one, revision, absolute)));
        const isCut = all.some(([revision, absolute]) => absolute || revision > at);
        const most = Math.max(...all.map(([revision]) => revision));
        expect(cuts.faultOf([one], rev(at))).toBe(isCut ? 'token_cut' : undefined);
        expect(cuts.cutOf([one], rev(at))).toBe(isCut ? most : undefined);
      }),
    );
  });

  it('names the row of the first handle that is cut, and none when none is', () => {
    const cuts = cutsOf(cut(one, 10), cut(other, 20, true), cut(third, 30));
    expect(cuts.cutOf([one, other, third], rev(5))).toBe(10);
    expect(cuts.cutOf([one, other, third], rev(10))).toBe(20);
    expect(cuts.cutOf([third, other], rev(30))).toBe(20);
    expect(cuts.cutOf([one, third], rev(30))).toBeUndefined();
    expect(cuts.cutOf([newHandle()], rev(0))).toBeUndefined();
  });

  // breaks when: `before` or the floor is taken down by what comes later
  it('lets `before` and the floor only grow', () => {
    const cuts = cutsOf(before(20), before(10));
    expect(cuts.before).toBe(20);
    expect(cuts.faultOf([one], rev(19))).toBe('token_cut_before');
    expect(cuts.faultOf([one], rev(20))).toBeUndefined();
    cuts.raiseFloor(rev(30));
    cuts.raiseFloor(rev(25));
    expect(cuts.floor).toBe(30);
    expect(cuts.faultOf([one], rev(29))).toBe('token_below_floor');
    expect(cuts.faultOf([one], rev(30))).toBeUndefined();
  });

  it('counts handles, keys and cut keys, and takes no more than it may', () => {
    const cuts = cutsOf(
      cut(one, 1),
      cut(one, 2),
      published('a', 9),
      published('b', 9),
      keyCut('b'),
    );
    expect(cuts.size).toBe(3);
    const full = new Cuts(2);
    expect([cut(one, 1), cut(other, 1), cut(third, 1)].map((entry) => full.add(entry))).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('takes a shorter life of a key and never a longer one, and no key that was cut', () => {
    const retiresAt = (...entries: readonly FeedEntry[]) =>
      cutsOf(...entries).tokenKey('a' as Thumbprint)?.retireAt;
    expect(retiresAt(published('a', 9), published('a', 5))).toBe(5);
    expect(retiresAt(published('a', 5), published('a', 9))).toBe(5);
    expect(retiresAt(keyCut('a'), published('a', 9))).toBeUndefined();
    expect(cutsOf(keyCut('a')).isKeyCut('a' as Thumbprint)).toBe(true);
    expect(cutsOf(published('a', 9)).isKeyCut('a' as Thumbprint)).toBe(false);
  });

  // breaks when: a snapshot that leaves out `absolute` or a later row weakens what was known
  it('keeps, in place of another table, the stronger of both until it is settled', () => {
    const elder = cutsOf(cut(one, 10, true), cut(other, 50), before(7), keyCut('b'));
    elder.raiseFloor(rev(8));
    const younger = new Cuts(100, elder);
    for (const entry of [cut(one, 5), cut(other, 40)]) younger.add(entry);
    expect(younger.faultOf([one], rev(99))).toBe('token_cut');
    expect(younger.cutOf([other], rev(45))).toBe(50);
    expect([younger.before, younger.floor]).toEqual([7, 8]);
    expect(younger.isKeyCut('b' as Thumbprint)).toBe(true);
    younger.settle();
    // What the whole new view left out is known no more: it can end nothing that lives.
    younger.add(cut(third, 60));
    expect(younger.cutOf([third], rev(1))).toBe(60);
  });
});
