import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contradiction } from './fact.js';

const mark = (counter: number, issuedAt: number) => ({ counter, issuedAt });

describe('two proofs of one key', () => {
  it.each([
    ['counter_used_twice', mark(7, 100), mark(7, 100)],
    ['counter_used_twice', mark(7, 100), mark(7, 900)],
    ['counter_went_back', mark(7, 101), mark(8, 100)],
    ['counter_left_out', mark(0, 101), mark(8, 100)],
    [undefined, mark(7, 100), mark(8, 100)],
    [undefined, mark(7, 100), mark(8, 101)],
    [undefined, mark(0, 100), mark(0, 300)],
    [undefined, mark(0, 100), mark(8, 100)],
  ] as const)('%s: %j, %j', (found, one, other) => {
    expect(contradiction(one, other)).toBe(found);
    expect(contradiction(other, one)).toBe(found);
  });

  // breaks when: `>` becomes `>=`: seconds are coarse, and an honest maker makes many in one
  it('never contradict each other when one maker made both', () => {
    fc.assert(
      fc.property(
        fc.nat(1_000),
        fc.nat(100),
        fc.nat(10),
        fc.nat(10),
        (counter, at, more, later) => {
          const [one, other] = [mark(counter + 1, at), mark(counter + 2 + more, at + later)];
          expect(contradiction(one, other)).toBeUndefined();
        },
      ),
    );
  });
});
