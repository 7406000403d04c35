import { proofKeptMillis, proofShowsMax } from '../limits.js';
import { Fifo } from './fifo.js';

/** Bounds of the proofs kept. */
export interface KeptBounds {
  readonly max: number;
  readonly perSessionMax: number;
}

interface Kept {
  readonly hash: string;
  readonly session: string;
  readonly atMillis: number;
  proof: string;
  shows: number;
  isGone: boolean;
}

/**
 * Proofs of the last five minutes by their hash, so that they can be shown when the broker asks for them.
 * Bounded in all and for each session; beyond that the oldest go first, of the session before of all, so
 * that nobody can push out what others have sent.
 */
export class KeptProofs {
  readonly #bounds: KeptBounds;
  readonly #byHash = new Map<string, Kept>();
  readonly #sessions = new Map<string, Fifo<Kept>>();
  #order = new Fifo<Kept>();
  #forgotten = 0;

  constructor(bounds: KeptBounds) {
    this.#bounds = bounds;
  }

  /** Proofs kept. */
  get size(): number {
    return this.#byHash.size;
  }

  /** Proofs forgotten for a bound since this was last asked. */
  takeForgotten(): number {
    const forgotten = this.#forgotten;
    this.#forgotten = 0;
    return forgotten;
  }

  /** Keeps a proof of a session. */
  keep(session: string, hash: string, proof: string, nowMillis: number): void {
    this.#expire(nowMillis);
    if (this.#byHash.has(hash)) return;
    const kept = { hash, session, atMillis: nowMillis, proof, shows: 0, isGone: false };
    const ofSession = this.#sessions.get(session) ?? new Fifo<Kept>();
    if (ofSession.size === 0) this.#sessions.set(session, ofSession);
    ofSession.push(kept);
    this.#order.push(kept);
    this.#byHash.set(hash, kept);
    if (ofSession.size > this.#bounds.perSessionMax) this.#forget(ofSession.first);
    else if (this.size > this.#bounds.max) this.#forget(this.#oldest());
  }

  /** Whether a proof is kept and may be shown once more. */
  canShow(hash: string, nowMillis: number): boolean {
    this.#expire(nowMillis);
    return (this.#byHash.get(hash)?.shows ?? proofShowsMax) < proofShowsMax;
  }

  /** Shows a proof; undefined when there is none to show. */
  show(hash: string, nowMillis: number): string | undefined {
    const kept = this.canShow(hash, nowMillis) ? this.#byHash.get(hash) : undefined;
    if (kept !== undefined) kept.shows += 1;
    return kept?.proof;
  }

  #expire(nowMillis: number): void {
    for (;;) {
      const oldest = this.#oldest();
      if (oldest === undefined || oldest.atMillis + proofKeptMillis > nowMillis) return;
      this.#drop(oldest);
    }
  }

  #forget(kept: Kept | undefined): void {
    if (kept === undefined) return;
    this.#forgotten += 1;
    this.#drop(kept);
  }

  #oldest(): Kept | undefined {
    while (this.#order.first?.isGone) this.#order.shift();
    return this.#order.first;
  }

  /** Whatever goes is the oldest of its session. */
  #drop(kept: Kept): void {
    kept.isGone = true;
    kept.proof = '';
    this.#byHash.delete(kept.hash);
    const ofSession = this.#sessions.get(kept.session);
    ofSession?.shift();
    if (ofSession?.size === 0) this.#sessions.delete(kept.session);
    if (this.#order.size > 2 * this.#bounds.max) this.#tidy();
  }

  /** Those that went out of turn still stand in the order; their room is bounded too. */
  #tidy(): void {
    const left = new Fifo<Kept>();
    for (const kept of this.#byHash.values()) left.push(kept);
    this.#order = left;
  }
}
