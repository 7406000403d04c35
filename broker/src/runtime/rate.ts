/**
 * A rate for each key, by the generic cell rate algorithm: one number a key, no timer. Refuses when more
 * keys are busy at once than it may remember.
 */
export interface Rate {
  /** Takes one; gives the milliseconds to wait, 0 when it may go on. A refusal takes nothing. */
  take(key: string, monotonicMillis: number): number;
  /** Gives the milliseconds to wait without taking. */
  peek(key: string, monotonicMillis: number): number;
}

/** Opens a rate: `burst` at once, then `perSecond`, for at most `keysMax` busy keys. */
export function openRate(burst: number, perSecond: number, keysMax: number): Rate {
  const intervalMillis = 1_000 / perSecond;
  const toleranceMillis = intervalMillis * (burst - 1);
  const theoreticalArrival = new Map<string, number>();
  const forgetIdle = (now: number) => {
    for (const [key, at] of theoreticalArrival) if (at <= now) theoreticalArrival.delete(key);
  };
  const waitOf = (key: string, now: number) =>
    Math.max(0, (theoreticalArrival.get(key) ?? now) - toleranceMillis - now);
  return {
    peek: waitOf,
    take(key, now) {
      const wait = waitOf(key, now);
      if (wait > 0) return wait;
      if (!theoreticalArrival.has(key) && theoreticalArrival.size >= keysMax) {
        forgetIdle(now);
        if (theoreticalArrival.size >= keysMax) return intervalMillis;
      }
      theoreticalArrival.set(
        key,
        Math.max(now, theoreticalArrival.get(key) ?? now) + intervalMillis,
      );
      return 0;
    },
  };
}
