import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from './clock.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the clock of the machine', () => {
  it('gives the wall in whole microseconds', () => {
    vi.setSystemTime(1_764_000_000_123);
    expect(systemClock.now()).toBe(1_764_000_000_123_000);
  });

  // breaks when: the monotonic time is taken from the wall
  it('keeps its monotonic time when the wall steps', () => {
    const before = systemClock.monotonicMillis();
    vi.setSystemTime(Date.now() - 3_600_000);
    expect(systemClock.monotonicMillis()).toBe(before);
    vi.advanceTimersByTime(250);
    expect(systemClock.monotonicMillis()).toBe(before + 250);
  });
});
