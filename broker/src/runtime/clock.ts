import { uptime } from 'node:os';
import type { Instant } from '../domain/instant.js';

/** The one door to time. Rules take `now` as an argument; only the edges hold a clock. */
export interface Clock {
  /** Wall clock. May step in both directions. */
  now(): Instant;
  /**
   * Milliseconds since some moment in the past; never goes back. For ages and time-outs. Of the machine's
   * clock it is the same moment for every process, so that their logs can be laid side by side.
   */
  monotonicMillis(): number;
  /**
   * Milliseconds since the machine was started, with those that it slept, which the monotonic clock may leave out;
   * never set by anybody. Absent where there is none.
   */
  sinceBootMillis?(): number;
}

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => (Date.now() * 1_000) as Instant,
  monotonicMillis: () => Number(process.hrtime.bigint()) / 1e6,
  // On Linux CLOCK_BOOTTIME, in hundredths of a second.
  sinceBootMillis: () => uptime() * 1_000,
};
