import { proofWindowSeconds } from '@creance/proto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stepBackMillisMax } from './memory-holes.js';
import { nonceMillisMax } from './nonces.js';
import { openReplayMemory } from './replay-memory.js';

const window = proofWindowSeconds;
const bucketMillis = (window * 1_000) / 8;
const start = 5_000_000;

describe('a replay memory', () => {
  it('inserts and checks in one step', () => {
    const memory = openReplayMemory(window);
    expect(memory.remember('proof', 'key', 'id', start)).toBe('fresh');
    expect(memory.remember('proof', 'key', 'id', start)).toBe('replayed');
    expect(memory.size).toBe(1);
  });

  it('keeps ids of one key, of one space and of one name apart', () => {
    const memory = openReplayMemory(window);
    const all = [
      ['proof', 'key', 'id'],
      ['assertion', 'key', 'id'],
      ['proof', 'other', 'id'],
      ['proof', 'key', 'other'],
      ['proof', 'key', 'id\n'],
      ['proof', 'key', '\nid'],
    ] as const;
    for (const [space, key, id] of all)
      expect(memory.remember(space, key, id, start)).toBe('fresh');
    for (const [space, key, id] of all) {
      expect(memory.remember(space, key, id, start)).toBe('replayed');
    }
  });

  // breaks when: a bucket is dropped one window after its end, without the bucket more
  it('knows an id for its window and a bucket more, wherever in a bucket it came, and not much longer', () => {
    fc.assert(
      fc.property(fc.nat({ max: 200_000 }), (offset) => {
        const memory = openReplayMemory(window);
        const at = start + offset;
        memory.remember('proof', 'key', 'id', at);
        const kept = window * 1_000 + bucketMillis;
        expect(memory.remember('proof', 'key', 'id', at + kept)).toBe('replayed');
        expect(memory.remember('proof', 'key', 'id', at + kept + bucketMillis)).toBe('fresh');
      }),
      { numRuns: 1_000 },
    );
  });

  it('keeps ids for longer than the clock may go back, and than any nonce is fresh', () => {
    expect(bucketMillis).toBeGreaterThan(stepBackMillisMax);
    expect(window * 1_000).toBeGreaterThan(nonceMillisMax);
  });

  // breaks when: a full memory drops its oldest bucket
  it('refuses when it is full and forgets nothing for it', () => {
    const memory = openReplayMemory(window, { all: 3, perKey: 3 });
    for (const id of ['a', 'b', 'c']) memory.remember('proof', id, id, start);
    expect(memory.remember('proof', 'd', 'd', start)).toBe('full');
    expect(memory.size).toBe(3);
    for (const id of ['a', 'b', 'c'])
      expect(memory.remember('proof', id, id, start)).toBe('replayed');
    expect(memory.remember('proof', 'd', 'd', start + 2 * window * 1_000)).toBe('fresh');
    expect(memory.size).toBe(1);
  });

  // breaks when: the bound for a key is dropped: then one session fills the memory of all
  it('lets one key fill its own share and not that of others', () => {
    const memory = openReplayMemory(window, { all: 10, perKey: 2 });
    for (const id of ['a', 'b']) expect(memory.remember('proof', 'busy', id, start)).toBe('fresh');
    // The share is counted over buckets and spaces.
    const later = start + 30_000;
    expect(memory.remember('proof', 'busy', 'c', later)).toBe('full');
    expect(memory.remember('assertion', 'busy', 'c', later)).toBe('full');
    expect(memory.remember('proof', 'busy', 'a', later)).toBe('replayed');
    expect(memory.remember('proof', 'quiet', 'c', later)).toBe('fresh');
    expect(memory.remember('proof', 'busy', 'c', start + 90_000)).toBe('fresh');
  });

  it('does what a list of everything would do', () => {
    const step = fc.record({
      gapMillis: fc.oneof(fc.nat({ max: 3_000 }), fc.nat({ max: 100_000 })),
      key: fc.constantFrom('a', 'b'),
      id: fc.constantFrom('1', '2', '3'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const memory = openReplayMemory(window);
        const seenAt = new Map<string, number>();
        let now = start;
        for (const { gapMillis, key, id } of steps) {
          now += gapMillis;
          const age = now - (seenAt.get(`${key} ${id}`) ?? Number.NEGATIVE_INFINITY);
          const remembered = memory.remember('proof', key, id, now);
          if (age <= window * 1_000 + bucketMillis) expect(remembered).toBe('replayed');
          if (age > window * 1_000 + 2 * bucketMillis) expect(remembered).toBe('fresh');
          if (remembered === 'fresh') seenAt.set(`${key} ${id}`, now);
        }
        expect(memory.size).toBeLessThanOrEqual(seenAt.size);
      }),
      { numRuns: 500 },
    );
  });
});
