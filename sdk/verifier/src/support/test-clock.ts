import type { Clock } from '../runtime/clock.js';

/** A clock that moves only when a test says so. */
export interface TestClock extends Clock {
  /** Lets time pass: wall clock, monotonic clock and timers. */
  advance(millis: number): void;
  /** Steps the wall clock alone. */
  stepWall(millis: number): void;
  /** Timers that wait. */
  readonly waiting: number;
}

/** Opens a clock at a fixed instant. */
export function testClock(): TestClock {
  let wall = 1_785_000_000_000;
  let monotonic = 1_000_000;
  const timers = new Set<{ readonly at: number; readonly act: () => void }>();
  const fireNext = (until: number): boolean => {
    const due = [...timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
    if (due === undefined) return false;
    timers.delete(due);
    wall += due.at - monotonic;
    monotonic = due.at;
    due.act();
    return true;
  };
  return {
    now: () => wall,
    monotonicMillis: () => monotonic,
    after(millis, act) {
      const timer = { at: monotonic + Math.max(0, millis), act };
      timers.add(timer);
      return { cancel: () => timers.delete(timer) };
    },
    advance(millis) {
      const until = monotonic + millis;
      while (fireNext(until));
      wall += until - monotonic;
      monotonic = until;
    },
    stepWall(millis) {
      wall += millis;
    },
    get waiting() {
      return timers.size;
    },
  };
}
