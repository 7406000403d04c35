import { proofWindowSeconds, tokenLeewaySeconds } from '@creance/proto';
import type { VerifierLimits } from './limits.js';

/** What asking the memory about a proof gave. */
export type Remembered = 'fresh' | 'replayed' | 'full';

/** Whose proof it is: bounds are for a key and for a workload before they are for all. */
export interface ProofOwner {
  /** Thumbprint of the proof's key. */
  readonly key: string;
  /** Handle of the workload that acts. */
  readonly workload: string;
}

/** Bounds of the memory. */
export type ReplayLimits = Pick<
  VerifierLimits,
  'proofsRememberedMax' | 'proofsRememberedPerWorkloadMax' | 'proofsRememberedPerKeyMax'
>;

interface Bucket {
  readonly endsAtMillis: number;
  readonly proofs: Set<string>;
  readonly counts: Map<string, number>;
}

/**
 * Milliseconds for which a proof is remembered at least: its window, and as far as the wall clock may
 * step back unnoticed.
 */
export const proofRememberedMillis: number = (proofWindowSeconds + tokenLeewaySeconds) * 1_000;

/** Buckets that this time is cut into: a proof is kept that long plus at most one bucket. */
const bucketsPerWindow = 5;
const bucketMillis = proofRememberedMillis / bucketsPerWindow;

/**
 * Remembers proofs that were accepted (RFC 9449 §11.1), by the monotonic clock. Bounded; when a bound
 * is reached it refuses rather than forgets, so that a flood cannot make room for a replay.
 */
export class ReplayMemory {
  readonly #limits: ReplayLimits;
  #buckets: Bucket[] = [];
  #size = 0;
  readonly #counts = new Map<string, number>();

  constructor(limits: ReplayLimits) {
    this.#limits = limits;
  }

  /** Proofs remembered now. */
  get size(): number {
    return this.#size;
  }

  /** Whether a proof was accepted before. */
  has(proof: string, nowMillis: number): boolean {
    this.#forgetUntil(nowMillis);
    return this.#buckets.some((bucket) => bucket.proofs.has(proof));
  }

  /** Checks and inserts in one step: of two requests with one proof, one is fresh. */
  remember(proof: string, { key, workload }: ProofOwner, nowMillis: number): Remembered {
    if (this.has(proof, nowMillis)) return 'replayed';
    const { proofsRememberedMax, proofsRememberedPerWorkloadMax, proofsRememberedPerKeyMax } =
      this.#limits;
    if (this.#size >= proofsRememberedMax) return 'full';
    if (this.#countOf(workload) >= proofsRememberedPerWorkloadMax) return 'full';
    if (this.#countOf(key) >= proofsRememberedPerKeyMax) return 'full';
    const bucket = this.#bucketAt(nowMillis);
    bucket.proofs.add(proof);
    this.#size += 1;
    for (const owner of [key, workload]) {
      bucket.counts.set(owner, (bucket.counts.get(owner) ?? 0) + 1);
      this.#counts.set(owner, this.#countOf(owner) + 1);
    }
    return 'fresh';
  }

  #countOf(owner: string): number {
    return this.#counts.get(owner) ?? 0;
  }

  #bucketAt(nowMillis: number): Bucket {
    const endsAtMillis = (Math.floor(nowMillis / bucketMillis) + 1) * bucketMillis;
    const newest = this.#buckets.at(-1);
    if (newest !== undefined && newest.endsAtMillis >= endsAtMillis) return newest;
    const bucket = { endsAtMillis, proofs: new Set<string>(), counts: new Map<string, number>() };
    this.#buckets.push(bucket);
    return bucket;
  }

  /** Whole buckets at once, so that forgetting costs the owners and not the proofs. */
  #forgetUntil(nowMillis: number): void {
    for (;;) {
      const oldest = this.#buckets[0];
      if (oldest === undefined || oldest.endsAtMillis + proofRememberedMillis > nowMillis) return;
      this.#buckets.shift();
      this.#size -= oldest.proofs.size;
      for (const [owner, count] of oldest.counts) {
        const left = this.#countOf(owner) - count;
        if (left > 0) this.#counts.set(owner, left);
        else this.#counts.delete(owner);
      }
    }
  }
}
