import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextRevision, parseRevision, revisionFromWire, revisionZero } from './revision.js';

/** Unix microseconds until the year 2100, before 1970 included: a clock without a battery. */
const anyClock = fc.double({ min: -1e15, max: 4.1e15, noNaN: true });

describe('nextRevision', () => {
  // breaks when: nextRevision gives Math.floor(nowMicros)
  it('never goes back and never repeats, whatever the clock does', () => {
    fc.assert(
      fc.property(fc.array(anyClock, { maxLength: 200 }), (clock) => {
        let last = revisionZero;
        for (const nowMicros of clock) {
          const next = nextRevision(last, nowMicros);
          expect(next).toBeGreaterThan(last);
          expect(parseRevision(next)).toBe(next);
          last = next;
        }
      }),
    );
  });

  it('follows the clock when the clock is ahead, in whole microseconds', () => {
    expect(nextRevision(revisionZero, 1_764_000_000.75)).toBe(1_764_000_000);
  });
});

describe('parseRevision', () => {
  it.each([[0], [1], [Number.MAX_SAFE_INTEGER]])('takes %d', (value) => {
    expect(parseRevision(value)).toBe(value);
  });

  it.each([
    [-1],
    [0.5],
    [Number.MAX_SAFE_INTEGER + 1],
    [Number.NaN],
    [Number.POSITIVE_INFINITY],
    ['1'],
    [1n],
    [null],
    [undefined],
    [[1]],
  ])('refuses %s', (value) => {
    expect(parseRevision(value)).toBeUndefined();
  });
});

describe('revisionFromWire', () => {
  it('takes every revision exactly', () => {
    fc.assert(
      fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), (value) => {
        expect(revisionFromWire(BigInt(value))).toBe(value);
      }),
    );
  });

  it.each([[2n ** 53n], [2n ** 53n + 1n], [2n ** 64n - 1n]])(
    'refuses %s, which a double would round to another revision',
    (value) => {
      expect(revisionFromWire(value)).toBeUndefined();
    },
  );
});
