import { describe, expect, it } from 'vitest';
import { emptyHabit, expectGap, habitGap, habitOf, learnGaps } from './habit.js';

const seconds = (value: number) => Math.log(value);

describe('habitOf', () => {
  it('expects by class before anything was seen', () => {
    for (const [kind, median] of [
      ['agent', 4.5],
      ['batch', 0.1],
      ['human', 2],
    ] as const)
      expect(habitOf(kind, emptyHabit()).mean).toBeCloseTo(seconds(median));
  });

  it('moves to what sessions show, each worth the same however long it was', () => {
    const sums = emptyHabit();
    learnGaps(
      sums,
      Array.from({ length: 250 }, () => seconds(60)),
    );
    for (let nth = 0; nth < 9; nth += 1) learnGaps(sums, [seconds(1)]);
    expect(Math.exp(habitOf('agent', sums).mean)).toBeLessThan(2.5);
  });

  // breaks when: `between` leaves out the scatter of the means
  it('widens between sessions that differ, and not between those that agree', () => {
    const [same, mixed] = [emptyHabit(), emptyHabit()];
    for (let nth = 0; nth < 20; nth += 1) {
      learnGaps(same, [seconds(3), seconds(3)]);
      learnGaps(mixed, nth % 2 === 0 ? [seconds(0.5)] : [seconds(20)]);
    }
    expect(habitOf('agent', mixed).between).toBeGreaterThan(10 * habitOf('agent', same).between);
  });

  it('learns nothing from a session without gaps', () => {
    const sums = emptyHabit();
    learnGaps(sums, []);
    expect(sums).toEqual(emptyHabit());
  });
});

describe('expectGap', () => {
  const habit = habitOf('agent', emptyHabit());

  it('starts with the habit of the workload', () => {
    expect(expectGap(habit, 0, 0).mean).toBeCloseTo(habit.mean);
  });

  it('comes to expect of a session what it has shown', () => {
    const shown = expectGap(habit, 200 * seconds(0.1), 200);
    expect(Math.exp(shown.mean)).toBeLessThan(0.12);
  });

  it('is surer of a session that it knows', () => {
    expect(expectGap(habit, 200 * seconds(4), 200).deviation).toBeLessThan(
      expectGap(habit, 0, 0).deviation,
    );
  });
});

describe('habitGap', () => {
  // breaks when: habitGap gives the gap as it is
  it('takes a gap that is far too fast for one deviation only, and a slow one as it is', () => {
    const expected = { mean: seconds(4), deviation: 1 };
    expect(habitGap(seconds(0.02), expected)).toBeCloseTo(seconds(4) - 1);
    expect(habitGap(seconds(90), expected)).toBeCloseTo(seconds(90));
  });
});
