import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { areaUnderCurve, truePositivesAt } from './figures.js';

const scores: fc.Arbitrary<number[]> = fc.array(fc.integer({ min: 0, max: 9 }), {
  minLength: 1,
  maxLength: 40,
});

describe('areaUnderCurve', () => {
  it('is the share of pairs that the attack wins, half for an even score', () => {
    expect(areaUnderCurve([1, 2, 3], [4, 5])).toBe(1);
    expect(areaUnderCurve([4, 5], [1, 2, 3])).toBe(0);
    // 2 beats 1, ties with 2 and loses to 3; 4 beats all.
    expect(areaUnderCurve([1, 2, 3], [2, 4])).toBe((1.5 + 3) / 6);
  });

  it('is the same as counted pair by pair', () => {
    fc.assert(
      fc.property(scores, scores, (benign, attacks) => {
        const wins = attacks.flatMap((one) =>
          benign.map((other) => (one > other ? 1 : one === other ? 0.5 : 0)),
        );
        const sum = wins.reduce<number>((all, win) => all + win, 0);
        expect(areaUnderCurve(benign, attacks)).toBeCloseTo(sum / wins.length, 12);
      }),
    );
  });

  it('is unknown when one kind is missing', () => {
    expect(areaUnderCurve([], [1])).toBeUndefined();
    expect(areaUnderCurve([1], [])).toBeUndefined();
  });
});

describe('truePositivesAt', () => {
  const benign = Array.from({ length: 100 }, (_, at) => at);

  it('allows as many false positives as the share says, and none of a smaller set', () => {
    // One of 100 may lie above: the threshold is 98.
    expect(truePositivesAt(0.01, benign, [98, 98.5, 99, 100])).toBe(0.75);
    expect(truePositivesAt(0.05, benign, [94, 94.5])).toBe(0.5);
    expect(truePositivesAt(0.01, [0, 5], [5, 6])).toBe(0.5);
  });

  // breaks when: a score as high as the threshold counts as caught
  it('never lets more benign sessions pass than the share says', () => {
    fc.assert(
      fc.property(scores, fc.constantFrom(0.01, 0.05, 0.5), (calm, share) => {
        expect(truePositivesAt(share, calm, calm)).toBeLessThanOrEqual(share);
      }),
    );
  });
});
