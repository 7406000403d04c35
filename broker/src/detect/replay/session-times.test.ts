import { describe, expect, it } from 'vitest';
import { timesOf } from './session-times.js';

function times(...millis: readonly (number | null)[]): readonly (number | undefined)[] {
  return timesOf(millis.map((t_ms) => ({ t_ms })));
}

describe('timesOf', () => {
  it('leaves times alone that are a little out of order', () => {
    expect(times(0, 5_000, 3_500, 6_000)).toEqual([1, 5_001, 3_501, 6_001]);
  });

  it('knows no time as long as there was none', () => {
    expect(times(null, null, 7)).toEqual([undefined, undefined, 8]);
  });

  // breaks when: an event without a time counts as one without a pace
  it('takes no time, and what can be none, for that of the event before', () => {
    const odd = [null, Number.NaN, Number.POSITIVE_INFINITY, -1, 1e300];
    for (const one of odd) expect(times(10, one, 20)).toEqual([11, 11, 21]);
  });

  // breaks when: what is earlier than the event before counts as no gap at all
  it('goes on from where it was when the clock goes back', () => {
    expect(times(100_000, 0, 200, 400)).toEqual([100_001, 100_001, 100_201, 100_401]);
    expect(times(0, 1e14, 1_000, 1_200)).toEqual([1, 1e14 + 1, 1e14 + 1, 1e14 + 201]);
  });
});
