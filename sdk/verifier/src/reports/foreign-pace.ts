import { foreignProofMillis, foreignTokensMax } from '../limits.js';

/**
 * One foreign proof of a token in a second: what proves the leak once proves it, and a thief who sends
 * thousands neither buys thousands of signature checks nor fills the reports.
 */
export class ForeignPace {
  readonly #takenAt = new Map<string, number>();

  /** Whether a foreign proof of this token would be taken now. */
  allows(tokenHash: string, nowMillis: number): boolean {
    const takenAt = this.#takenAt.get(tokenHash);
    if (takenAt !== undefined) return nowMillis - takenAt >= foreignProofMillis;
    if (this.#takenAt.size >= foreignTokensMax) this.#tidy(nowMillis);
    return this.#takenAt.size < foreignTokensMax;
  }

  /** Takes one, if it is allowed. */
  take(tokenHash: string, nowMillis: number): boolean {
    if (!this.allows(tokenHash, nowMillis)) return false;
    this.#takenAt.set(tokenHash, nowMillis);
    return true;
  }

  #tidy(nowMillis: number): void {
    for (const [hash, takenAt] of this.#takenAt) {
      if (nowMillis - takenAt >= foreignProofMillis) this.#takenAt.delete(hash);
    }
  }
}
