import type { Denial } from '../domain/denial.js';
import type { Clock } from '../runtime/clock.js';
import type { EdgeLimits } from './limits.js';

/** Knows by how much the event loop is late. */
export interface LoopGuard {
  /**
   * Milliseconds by which the next look is overdue, 0 when it is not. Grows while one turn of the loop goes on:
   * whoever asks late in a long turn is told at once, not after it.
   */
  lagMillis(): number;
  /** Looks no more. */
  stop(): void;
}

/** Looks every so many milliseconds; a look that comes late is the lag. */
export function openLoopGuard(
  clock: Pick<Clock, 'monotonicMillis'>,
  lookMillis: number,
): LoopGuard {
  let dueAt = clock.monotonicMillis() + lookMillis;
  const timer = setInterval(() => {
    dueAt = clock.monotonicMillis() + lookMillis;
  }, lookMillis).unref();
  return {
    lagMillis: () => Math.max(0, clock.monotonicMillis() - dueAt),
    stop: () => clearInterval(timer),
  };
}

/** More calls have come than can be answered: those that can wait are refused before they cost anything. */
export function brokerBusy({ loopRetryMillis }: EdgeLimits): Denial {
  return { reason: 'broker_busy', retryAfterMillis: loopRetryMillis };
}
