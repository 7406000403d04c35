import type { Clock, Timer } from './runtime/clock.js';
import { type Entropy, fraction } from './runtime/entropy.js';

const firstMillis = 100;
const longestMillis = 5_000;

/** Pauses between tries: each drawn from the upper half of a range that doubles, so that no herd forms. */
export class Backoff {
  readonly #clock: Clock;
  readonly #entropy: Entropy;
  #tries = 0;
  #timer: Timer | undefined;
  #wake: (() => void) | undefined;

  constructor(clock: Clock, entropy: Entropy) {
    this.#clock = clock;
    this.#entropy = entropy;
  }

  /** Starts from the shortest pause again: something went well. */
  reset(): void {
    this.#tries = 0;
  }

  /** Waits, longer from try to try. */
  pause(): Promise<void> {
    const most = Math.min(longestMillis, firstMillis * 2 ** this.#tries);
    this.#tries = Math.min(this.#tries + 1, 16);
    const millis = most * (0.5 + fraction(this.#entropy) / 2);
    return new Promise((resolve) => {
      this.#wake = resolve;
      this.#timer = this.#clock.after(millis, resolve);
    });
  }

  /** Ends a pause at once. */
  wake(): void {
    this.#timer?.cancel();
    this.#wake?.();
  }
}
