import type { Clock } from '../runtime/clock.js';

/** Waits until something is done, but no longer than so many milliseconds. */
export function atMost(clock: Clock, millis: number, done: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.after(millis, resolve);
    const end = () => {
      timer.cancel();
      resolve();
    };
    done.then(end, end);
  });
}
