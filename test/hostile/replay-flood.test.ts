import { createHash, randomUUID } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { proofWindowSeconds } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import { limits } from '../../broker/src/domain/limits.js';
import { openReplayMemory } from '../../broker/src/tokens/replay-memory.js';
import { isLong } from '../support/long.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const megabyte = 1_048_576;
const heapMegabytes = (): number => {
  collect();
  return process.memoryUsage().heapUsed / megabyte;
};

/** The longest id that a proof may have, in letters that take two bytes each. */
const longId = (nth: number): string => `Ā${nth}`.padEnd(128, 'Ā');
const keyOf = (nth: number): string => createHash('sha256').update(`${nth}`).digest('base64url');

describe('a million proofs within their window (F-47)', { timeout: 120_000 }, () => {
  // breaks when: the memory keeps the ids themselves, which a thief makes as long as they may be
  it.each([
    ['with the longest names there are', longId],
    ...(isLong ? [['as the SDK names them', () => randomUUID()] as const] : []),
  ] as const)('cost less than 100 MB, %s, and not one is forgotten', (_name, idOf) => {
    const memory = openReplayMemory(proofWindowSeconds);
    const keys = Array.from({ length: 100 }, (_, nth) => keyOf(nth));
    const some: string[] = [];
    const before = heapMegabytes();
    // All within the window, spread over it: nothing may be let go.
    const millisOf = (nth: number) => (nth * proofWindowSeconds * 900) / limits.proofsRemembered;
    for (let nth = 0; nth < limits.proofsRemembered; nth += 1) {
      const id = idOf(nth);
      if (nth % 10_000 === 0) some.push(id);
      const key = keys[nth % keys.length] as string;
      if (memory.remember('proof', key, id, millisOf(nth)) !== 'fresh')
        throw new Error(`proof ${nth} is not fresh`);
    }
    expect(memory.size).toBe(1_000_000);
    const cost = heapMegabytes() - before;
    process.stdout.write(`${Math.round(cost)} MB for ${memory.size} proofs\n`);
    expect(cost).toBeLessThan(100);
    const end = millisOf(limits.proofsRemembered);
    // The first of them all is as well remembered as the last.
    for (const id of some) expect(memory.remember('proof', keyOf(0), id, end)).toBe('replayed');
    expect(memory.remember('proof', keyOf(0), 'one more', end)).toBe('full');
    // Another space and another key are other ids, but there is no room for them either.
    expect(memory.remember('assertion', keyOf(0), some[0] as string, end)).toBe('full');
    const later = end + proofWindowSeconds * 2_000;
    expect(memory.remember('proof', keyOf(0), some[0] as string, later)).toBe('fresh');
    expect(memory.size).toBe(1);
  });
});
