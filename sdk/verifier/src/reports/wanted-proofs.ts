import { proofCharsMax } from '@creance/proto';
import { proofsWantedMax, reportBytesMax, reportProofsMax } from '../limits.js';
import type { KeptProofs } from './kept-proofs.js';

/** Bytes beside a proof in a message, at most. */
const proofOverheadBytes = 4;

/** Proofs of one report: the largest leave a third of its bytes to sightings. */
const proofsShownMax = Math.min(
  reportProofsMax,
  Math.floor((reportBytesMax * 2) / 3 / proofCharsMax),
);

/**
 * Proofs that the broker wants to see and that wait for a report. What was never seen here, or too long
 * ago, is passed over in silence: asking for it gets nothing.
 */
export class WantedProofs {
  readonly #kept: KeptProofs;
  readonly #hashes = new Set<string>();

  constructor(kept: KeptProofs) {
    this.#kept = kept;
  }

  /** Whether something waits to be shown. */
  get isUrgent(): boolean {
    return this.#hashes.size > 0;
  }

  /** Notes what was asked for, as far as it is kept. */
  want(hashes: readonly string[], nowMillis: number): void {
    for (const hash of hashes.slice(0, reportProofsMax)) {
      if (this.#hashes.size >= proofsWantedMax) return;
      if (this.#kept.canShow(hash, nowMillis)) this.#hashes.add(hash);
    }
  }

  /** Takes what fits one report. */
  take(nowMillis: number): string[] {
    const proofs: string[] = [];
    for (const hash of this.#hashes) {
      if (proofs.length >= proofsShownMax) break;
      this.#hashes.delete(hash);
      const proof = this.#kept.show(hash, nowMillis);
      if (proof !== undefined) proofs.push(proof);
    }
    return proofs;
  }
}

/** Bytes that proofs take in a message, at most. */
export function bytesOfProofs(proofs: readonly string[]): number {
  return proofs.reduce((bytes, proof) => bytes + proofOverheadBytes + proof.length, 0);
}
