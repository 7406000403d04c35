import type { Feed } from '@creance/verifier';
import type { Instant } from '../../broker/src/domain/instant.js';
import type { Clock } from '../../broker/src/runtime/clock.js';
import type { VirtualTime, VirtualTimer } from './virtual-time.js';

/** The clock that a verifier asks. */
type VerifierClock = NonNullable<ConstructorParameters<typeof Feed>[0]['clock']>;

/** When every world begins: Unix seconds. */
export const beginningSeconds = 1_764_000_000;

/** Milliseconds that a machine has been up when its world begins. */
const upMillis = 1_000_000;

/** The clock of one machine: its wall may be set, its monotonic time may not. */
export class HostClock implements Clock {
  readonly #time: VirtualTime;
  #offsetSeconds = 0;

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  /** Seconds by which its wall is ahead of the world's time. */
  get offsetSeconds(): number {
    return this.#offsetSeconds;
  }

  now(): Instant {
    const seconds = beginningSeconds + this.#offsetSeconds;
    return Math.round(seconds * 1_000_000 + this.#time.nowMillis * 1_000) as Instant;
  }

  /** Whole Unix seconds by its wall. */
  get seconds(): number {
    return Math.floor(this.now() / 1_000_000);
  }

  monotonicMillis(): number {
    return upMillis + this.#time.nowMillis;
  }

  /** Sets the wall ahead of the world's time, or behind it. */
  set(offsetSeconds: number): void {
    this.#offsetSeconds = offsetSeconds;
  }

  /** The same as a verifier asks for it. */
  get ofVerifier(): VerifierClock {
    return {
      now: () => this.now() / 1_000,
      monotonicMillis: () => this.monotonicMillis(),
      after: (millis: number, act: () => void): VirtualTimer => this.#time.after(millis, act),
    };
  }
}
