import { describe, expect, it } from 'vitest';
import { proofKeptMillis, proofShowsMax } from '../limits.js';
import { KeptProofs } from './kept-proofs.js';

const keptOf = (kept: KeptProofs, hashes: readonly string[], nowMillis = 0) =>
  hashes.filter((hash) => kept.canShow(hash, nowMillis));

describe('KeptProofs', () => {
  it('shows a proof by its hash for five minutes', () => {
    const kept = new KeptProofs({ max: 10, perSessionMax: 10 });
    kept.keep('session', 'hash', 'proof', 1_000);
    expect(kept.show('hash', 1_000 + proofKeptMillis - 1)).toBe('proof');
    expect(kept.show('hash', 1_000 + proofKeptMillis)).toBeUndefined();
    expect(kept.size).toBe(0);
    expect(kept.takeForgotten()).toBe(0);
  });

  it('forgets the oldest at proofsKeptMax, and counts them', () => {
    const kept = new KeptProofs({ max: 3, perSessionMax: 3 });
    for (const at of [1, 2, 3, 4, 5]) kept.keep(`session ${at}`, `${at}`, 'proof', at);
    expect(keptOf(kept, ['1', '2', '3', '4', '5'])).toEqual(['3', '4', '5']);
    expect(kept.takeForgotten()).toBe(2);
    expect(kept.takeForgotten()).toBe(0);
  });

  // breaks when: the bound of a session forgets the oldest of all instead of its own.
  it('forgets of one session at proofsKeptPerSessionMax, so that nobody pushes out what others sent', () => {
    const kept = new KeptProofs({ max: 100, perSessionMax: 5 });
    kept.keep('honest', 'honest', 'proof', 0);
    for (let at = 0; at < 1_000; at += 1) kept.keep('loud', `${at}`, 'proof', at);
    expect(keptOf(kept, ['honest', '994', '995', '999'])).toEqual(['honest', '995', '999']);
    expect(kept.size).toBe(6);
    expect(kept.takeForgotten()).toBe(995);
    kept.keep('late', 'late', 'proof', proofKeptMillis + 500);
    expect(keptOf(kept, ['honest', 'late'], proofKeptMillis + 500)).toEqual(['late']);
  });

  it('keeps a proof once, however often it is used', () => {
    const kept = new KeptProofs({ max: 2, perSessionMax: 2 });
    for (let at = 0; at < 10; at += 1) kept.keep('session', 'same', 'proof', at);
    kept.keep('session', 'other', 'proof', 10);
    expect(kept.size).toBe(2);
  });

  it('shows a proof proofShowsMax times at most', () => {
    const kept = new KeptProofs({ max: 2, perSessionMax: 2 });
    kept.keep('session', 'hash', 'proof', 0);
    const shown = Array.from({ length: proofShowsMax + 2 }, () => kept.show('hash', 0));
    expect(shown.filter((proof) => proof !== undefined)).toHaveLength(proofShowsMax);
  });
});
