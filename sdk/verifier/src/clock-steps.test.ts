import { describe, expect, it } from 'vitest';
import { ClockSteps } from './clock-steps.js';
import { clockSkewMillisMax } from './limits.js';

describe('ClockSteps', () => {
  it('knows of holes for the length of the window after the start', () => {
    const steps = new ClockSteps(1_000_000, 0);
    expect(steps.hasHoles(1_000_000 + 64_999, 64_999)).toBe(true);
    expect(steps.hasHoles(1_000_000 + 65_000, 65_000)).toBe(false);
  });

  // breaks when: a step back is not remembered as such.
  it('knows of holes after the wall clock has stepped back, for the step and the window', () => {
    const steps = new ClockSteps(10_000_000, 0);
    expect(steps.hasHoles(10_100_000, 100_000)).toBe(false);
    const hour = 3_600_000;
    expect(steps.hasHoles(10_100_000 - hour, 100_000)).toBe(true);
    expect(steps.hasHoles(10_100_000 + 64_000, 100_000 + hour + 64_000)).toBe(true);
    expect(steps.hasHoles(10_100_000 + 65_000, 100_000 + hour + 65_000)).toBe(false);
  });

  it('sees a step back from where a step forward had led', () => {
    const steps = new ClockSteps(0, 0);
    expect(steps.hasHoles(170_000, 70_000)).toBe(false);
    expect(steps.hasHoles(71_000, 71_000)).toBe(true);
  });

  it('asks for nothing after a step that the memory covers', () => {
    const steps = new ClockSteps(0, 0);
    expect(steps.hasHoles(95_001, 100_000)).toBe(false);
  });

  // breaks when: a clock that gains a little is measured from where it started
  it('measures a step back from the furthest that the clock has been', () => {
    const steps = new ClockSteps(1_000_000, 500);
    expect(steps.hasHoles(1_100_000 + 4_000, 100_500)).toBe(false);
    expect(steps.hasHoles(1_100_100, 100_600)).toBe(false);
    expect(steps.hasHoles(1_100_200 - 1_001, 100_700)).toBe(true);
  });

  it('takes a step of exactly what the memory covers for none', () => {
    const steps = new ClockSteps(0, 0);
    expect(steps.hasHoles(100_000 - clockSkewMillisMax, 100_000)).toBe(false);
    expect(steps.hasHoles(200_000 - clockSkewMillisMax - 1, 200_000)).toBe(true);
  });
});
