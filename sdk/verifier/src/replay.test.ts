import { describe, expect, it } from 'vitest';
import { proofRememberedMillis, ReplayMemory } from './replay.js';

const bounds = {
  proofsRememberedMax: 6,
  proofsRememberedPerWorkloadMax: 4,
  proofsRememberedPerKeyMax: 2,
};
const owner = { key: 'key', workload: 'workload' };

describe('ReplayMemory', () => {
  it('takes a proof once', () => {
    const memory = new ReplayMemory(bounds);
    expect(memory.remember('a', owner, 0)).toBe('fresh');
    expect(memory.remember('a', owner, 0)).toBe('replayed');
    expect(memory.remember('a', { key: 'other', workload: 'other' }, 0)).toBe('replayed');
    expect(memory.remember('b', owner, 0)).toBe('fresh');
  });

  // breaks when: a bucket is forgotten by its beginning instead of its end.
  it('keeps a proof for as long as its `iat` can pass, wherever in a bucket it came', () => {
    for (let start = 0; start < proofRememberedMillis; start += 997) {
      const memory = new ReplayMemory(bounds);
      memory.remember('a', owner, start);
      expect(memory.has('a', start + proofRememberedMillis - 1)).toBe(true);
    }
    expect(proofRememberedMillis).toBeGreaterThanOrEqual(65_000);
  });

  it('forgets a proof a bucket later at the latest, and its count with it', () => {
    const memory = new ReplayMemory(bounds);
    memory.remember('a', owner, 0);
    memory.remember('b', owner, 0);
    const later = proofRememberedMillis * 1.2;
    expect(memory.has('a', later)).toBe(false);
    expect(memory.size).toBe(0);
    expect(memory.remember('c', owner, later)).toBe('fresh');
  });

  // breaks when: the memory evicts at a bound.
  it.each([
    ['proofsRememberedPerKeyMax', 2, (at: number) => ({ key: 'key', workload: `w${at}` })],
    ['proofsRememberedPerWorkloadMax', 4, (at: number) => ({ key: `k${at}`, workload: 'w' })],
    ['proofsRememberedMax', 6, (at: number) => ({ key: `k${at}`, workload: `w${at}` })],
  ])('refuses at %s and evicts nothing', (_bound, most, ownerOf) => {
    const memory = new ReplayMemory(bounds);
    for (let at = 0; at < most; at += 1) {
      expect(memory.remember(`proof ${at}`, ownerOf(at), 0)).toBe('fresh');
    }
    expect(memory.remember('one more', ownerOf(most), 0)).toBe('full');
    expect(memory.size).toBe(most);
    for (let at = 0; at < most; at += 1) expect(memory.has(`proof ${at}`, 0)).toBe(true);
  });

  // breaks when: what an owner has left is counted anew, or not at all, when a part is forgotten
  it('gives an owner back what was forgotten, and no more', () => {
    const memory = new ReplayMemory({ ...bounds, proofsRememberedPerKeyMax: 4 });
    const early = 0;
    const late = proofRememberedMillis * 0.6;
    for (const proof of ['a', 'b']) expect(memory.remember(proof, owner, early)).toBe('fresh');
    for (const proof of ['c', 'd']) expect(memory.remember(proof, owner, late)).toBe('fresh');
    expect(memory.remember('e', owner, late)).toBe('full');
    const afterTheFirst = proofRememberedMillis * 1.2;
    for (const proof of ['e', 'f'])
      expect(memory.remember(proof, owner, afterTheFirst)).toBe('fresh');
    expect(memory.remember('g', owner, afterTheFirst)).toBe('full');
    expect(memory.size).toBe(4);
    expect(memory.has('c', afterTheFirst)).toBe(true);
  });

  it('keeps proofs of one moment together, and each no longer than a part beyond its window', () => {
    const part = proofRememberedMillis / 5;
    const memory = new ReplayMemory(bounds);
    memory.remember('a', owner, part - 1);
    memory.remember('b', { key: 'k', workload: 'w' }, part);
    const justBefore = part + proofRememberedMillis - 1;
    expect([memory.has('a', justBefore), memory.has('b', justBefore)]).toEqual([true, true]);
    expect([memory.has('a', justBefore + 1), memory.has('b', justBefore + 1)]).toEqual([
      false,
      true,
    ]);
    expect(memory.has('b', justBefore + 1 + part)).toBe(false);
  });
});
