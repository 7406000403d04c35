import type { Instant } from './domain/instant.js';
import { BelievedClock, type ClockFault } from './runtime/believed-clock.js';
import type { Clock } from './runtime/clock.js';
import type { LogFields } from './telemetry/log-fields.js';

/** Milliseconds between two looks where nobody asks for the time. */
const lookMillis = 1_000;

const fixes: Readonly<Record<ClockFault['cause'], string>> = {
  stepped:
    'set the clock of this machine right, or restart the broker where the new time is the right one',
  behind_log: 'set the clock of this machine right; nothing has to be restarted',
};

/** Where a clock that is not believed is told of. */
export interface ClockTelling {
  readonly logger: Record<'info' | 'error', (fields: LogFields, text: string) => void>;
  readonly limitHit: (limit: string) => void;
}

/** The clock that a broker goes by, watched. */
export interface WatchedClock {
  readonly clock: BelievedClock;
  /** Whether the wall is believed. */
  isSafe(): boolean;
  /** Milliseconds by which the wall is off while it is not believed; 0 while it is. */
  offMillis(): number;
  /** Holds it against the newest instant of the store. */
  holdAgainst(newest: Instant): void;
  stop(): void;
}

/** Watches a clock each second, and says when it is not believed any more and when it is again. */
export function watchClock(clock: Clock, { logger, limitHit }: ClockTelling): WatchedClock {
  const believed = new BelievedClock(clock, (fault) => {
    if (fault === undefined) return logger.info({}, 'the clock is believed again');
    const { cause, offMillis } = fault;
    limitHit('clockStepSeconds');
    logger.error(
      { reason: 'clock_unsafe', because: cause, offMillis, fix: fixes[cause] },
      'the clock is not believed: nothing is issued, cuts go on',
    );
  });
  const timer = setInterval(() => believed.look(), lookMillis).unref();
  return {
    clock: believed,
    isSafe: () => believed.fault() === undefined,
    offMillis: () => believed.fault()?.offMillis ?? 0,
    holdAgainst: (newest) => believed.holdAgainst(newest),
    stop: () => clearInterval(timer),
  };
}
