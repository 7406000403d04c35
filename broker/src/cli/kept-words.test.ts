import { describe, expect, it } from 'vitest';
import { keptWords } from './kept-words.js';

const began = 1_764_000_000_000_000n;
const since = (micros: bigint) => ({ keptSinceUnixMicros: micros, beganUnixMicros: began });

describe('keptWords', () => {
  it.each([
    [since(began), true, /^no such events since the broker started at 2025-11-24T16:00:00.000Z; /],
    [since(began), false, /^these are all since the broker started at .*; the audit has/],
    [since(began + 1_000_000n), true, /since 2025-11-24T16:00:01.000Z: older ones are not kept; /],
    [undefined, true, /^no such events are kept$/],
    [{ keptSinceUnixMicros: 0n, beganUnixMicros: 0n }, false, /^these are all that are kept$/],
  ])('says since when nothing is missing: case %#', (kept, isEmpty, words) => {
    expect(keptWords(kept, isEmpty)).toMatch(words);
  });
});
