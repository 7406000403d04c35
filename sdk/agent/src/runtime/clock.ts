/** A timer that has been set. */
export interface Timer {
  /** Forgets the timer. Harmless when it has fired. */
  cancel(): void;
  /** Lets the process end while the timer waits. */
  unref(): void;
}

/** The one door to time. Give another one to `connect` in tests. */
export interface Clock {
  /** Wall clock, Unix milliseconds. May step in both directions. */
  now(): number;
  /** Milliseconds since some moment in the past; never goes back. For ages and time-outs. */
  monotonicMillis(): number;
  /** Runs `act` once after so many milliseconds. */
  after(millis: number, act: () => void): Timer;
}

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMillis: () => performance.now(),
  after(millis, act) {
    const timer = setTimeout(act, millis);
    return { cancel: () => clearTimeout(timer), unref: () => void timer.unref() };
  },
};

/**
 * Waits. Rejects with the signal's reason as soon as it aborts.
 * The process stays alive meanwhile, since somebody awaits the outcome.
 */
export function delay(clock: Clock, millis: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      timer.cancel();
      reject(signal?.reason);
    };
    const timer = clock.after(millis, () => {
      signal?.removeEventListener('abort', stop);
      resolve();
    });
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}

/** Settles with `work`, or after so many milliseconds if that comes first. */
export function orLater(clock: Clock, millis: number, work: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(millis, resolve);
    void work.then(resolve, reject).finally(() => timer.cancel());
  });
}
