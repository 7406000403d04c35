import { proofWindowSeconds } from '@creance/proto';
import { clockSkewMillisMax } from './limits.js';

/**
 * Knows for how long the memory of proofs may have holes: after the start, since an earlier process
 * has seen proofs that this one has not, and after the wall clock has stepped back, since proofs that
 * were forgotten as too old are young again.
 */
export class ClockSteps {
  #offsetMillis: number;
  #holesUntilMillis: number;

  /** Starts at these readings of the wall clock and the monotonic clock. */
  constructor(wallMillis: number, monotonicMillis: number) {
    this.#offsetMillis = wallMillis - monotonicMillis;
    this.#holesUntilMillis = monotonicMillis + proofWindowSeconds * 1_000;
  }

  /** Whether the memory may have holes at these readings. */
  hasHoles(wallMillis: number, monotonicMillis: number): boolean {
    const offset = wallMillis - monotonicMillis;
    const backMillis = this.#offsetMillis - offset;
    if (backMillis < 0) this.#offsetMillis = offset;
    // Steps this small are covered by the time that proofs are remembered beyond their window.
    if (backMillis > clockSkewMillisMax) {
      this.#offsetMillis = offset;
      const until = monotonicMillis + backMillis + proofWindowSeconds * 1_000;
      this.#holesUntilMillis = Math.max(this.#holesUntilMillis, until);
    }
    return monotonicMillis < this.#holesUntilMillis;
  }
}
