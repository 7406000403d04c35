import type { Instant } from '../domain/instant.js';

/** The one door to time. Rules take `now` as an argument; only the edges hold a clock. */
export interface Clock {
  /** Wall clock. May step in both directions. */
  now(): Instant;
  /** Milliseconds since some moment in the past; never goes back. For ages and time-outs. */
  monotonicMillis(): number;
}

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => (Date.now() * 1_000) as Instant,
  monotonicMillis: () => performance.now(),
};
