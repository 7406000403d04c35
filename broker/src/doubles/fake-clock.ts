import type { Instant } from '../domain/instant.js';
import type { Clock } from '../runtime/clock.js';

/** For tests: a clock that moves only when told, its wall apart from its monotonic time. */
export class FakeClock implements Clock {
  #wallMicros: number;
  #monotonicMillis: number;

  constructor(unixSeconds = 1_764_000_000, monotonicMillis = 1_000_000) {
    this.#wallMicros = unixSeconds * 1_000_000;
    this.#monotonicMillis = monotonicMillis;
  }

  now(): Instant {
    return Math.round(this.#wallMicros) as Instant;
  }

  monotonicMillis(): number {
    return this.#monotonicMillis;
  }

  /** Whole Unix seconds by the wall. */
  get seconds(): number {
    return Math.floor(this.#wallMicros / 1_000_000);
  }

  /** Lets time pass on both. */
  advance(seconds: number): void {
    this.#wallMicros += seconds * 1_000_000;
    this.#monotonicMillis += seconds * 1_000;
  }

  /** Sets the wall clock alone, as an operator or NTP would. */
  stepWall(seconds: number): void {
    this.#wallMicros += seconds * 1_000_000;
  }
}
