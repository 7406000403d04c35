/** A timer that has been set. */
export interface Timer {
  /** Forgets the timer. Harmless when it has fired. */
  cancel(): void;
}

/** The one door to time. Give another one to a verifier in tests. */
export interface Clock {
  /** Wall clock, Unix milliseconds. May step in both directions. */
  now(): number;
  /** Milliseconds since some moment in the past; never goes back. For ages and time-outs. */
  monotonicMillis(): number;
  /** Runs `act` once after so many milliseconds. Does not keep the process alive. */
  after(millis: number, act: () => void): Timer;
}

/** Milliseconds by which the wall clock must leap between two readings to count as sleep. */
const sleepMillis = 1_000;

/**
 * Joins two clocks to one that never goes back and counts the time that a machine sleeps: on many
 * systems the monotonic clock stands still meanwhile, and a view that slept an hour would look fresh.
 */
export function sleepAware(wallMillis: () => number, steadyMillis: () => number): () => number {
  let offset = wallMillis() - steadyMillis();
  let slept = 0;
  return () => {
    const steady = steadyMillis();
    const leap = wallMillis() - steady - offset;
    offset += leap;
    if (leap > sleepMillis) slept += leap;
    return steady + slept;
  };
}

/** `setTimeout` holds no more milliseconds than this. */
const timerMillisMax = 2_147_483_647;

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMillis: sleepAware(
    () => Date.now(),
    () => performance.now(),
  ),
  after(millis, act) {
    const timer: unknown = setTimeout(act, Math.min(Math.max(millis, 0), timerMillisMax));
    // Node gives an object, other runtimes a number.
    if (typeof timer === 'object') (timer as NodeJS.Timeout).unref();
    return { cancel: () => clearTimeout(timer as NodeJS.Timeout) };
  },
};
