import type { Revision } from '@creance/proto';
import { limits } from '../domain/limits.js';

/** A subscriber, by what it is of. */
interface Subscribed {
  readonly name: { readonly resource: string };
}

/** Where measurements go. */
export interface AcknowledgementParts {
  readonly nowMillis: () => number;
  /** A verifier has acknowledged rows, so many milliseconds after their commit. */
  readonly onEach: (rows: RowsOut, resource: string, millis: number) => void;
  /** So did the last of those that were subscribed then, or those that had not have left. */
  readonly onLast: (rows: RowsOut, millis: number) => void;
}

/** Rows of one commit, on their way to the verifiers. */
export interface RowsOut {
  readonly first: Revision;
  readonly last: Revision;
  readonly subscribed: number;
  /** Verifiers that have acknowledged them. */
  readonly enforcing: number;
}

interface Waiting {
  readonly first: Revision;
  readonly last: Revision;
  readonly subscribed: number;
  readonly atMillis: number;
  enforcing: number;
  /** Subscribers that have not acknowledged it. */
  left: number;
}

/**
 * How long cuts take to be enforced, by the word of the verifiers. The rows of a commit are one, and at most
 * `limits.cutsUnacknowledged` commits wait; the oldest beyond are not measured any more. A subscriber counts for the
 * cuts that were made while it was there.
 */
export class Acknowledgements<S extends Subscribed> {
  readonly #parts: AcknowledgementParts;
  /** In the order of the log. */
  #cuts: Waiting[] = [];
  /** By subscriber the revision up to which it owes nothing. */
  readonly #settled = new Map<S, Revision>();

  constructor(parts: AcknowledgementParts) {
    this.#parts = parts;
  }

  /** Commits that some verifier has not acknowledged. */
  get waiting(): number {
    return this.#cuts.length;
  }

  /** A subscriber is there from now on; the log stands at `head`. */
  joined(subscriber: S, head: Revision): void {
    this.#settled.set(subscriber, head);
  }

  /** A commit has cut something, by these rows. */
  grew(first: Revision, last: Revision): void {
    const subscribed = this.#settled.size;
    if (subscribed === 0) return;
    const atMillis = this.#parts.nowMillis();
    this.#cuts.push({ first, last, subscribed, atMillis, enforcing: 0, left: subscribed });
    if (this.#cuts.length > limits.cutsUnacknowledged) this.#cuts.shift();
  }

  /** A subscriber enforces everything up to a revision. */
  acknowledged(subscriber: S, revision: Revision): void {
    const settled = this.#settled.get(subscriber);
    if (settled === undefined || revision <= settled) return;
    this.#settled.set(subscriber, revision);
    const now = this.#parts.nowMillis();
    for (const cut of this.#cuts) {
      if (cut.last <= settled) continue;
      if (cut.last > revision) break;
      cut.left -= 1;
      cut.enforcing += 1;
      this.#parts.onEach(cut, subscriber.name.resource, now - cut.atMillis);
      if (cut.left === 0) this.#parts.onLast(cut, now - cut.atMillis);
    }
    this.#forget();
  }

  /** A subscriber is gone: nobody waits for it. Where nobody is left who enforces a cut, nothing is said. */
  left(subscriber: S): void {
    const settled = this.#settled.get(subscriber);
    if (settled === undefined) return;
    this.#settled.delete(subscriber);
    const now = this.#parts.nowMillis();
    for (const cut of this.#cuts) {
      if (cut.last <= settled) continue;
      cut.left -= 1;
      if (cut.left === 0 && cut.enforcing > 0) this.#parts.onLast(cut, now - cut.atMillis);
    }
    this.#forget();
  }

  /** By resource, milliseconds since the first cut that its slowest verifier has not acknowledged. */
  lagByResource(): ReadonlyMap<string, number> {
    const now = this.#parts.nowMillis();
    const lags = new Map<string, number>();
    for (const [{ name }, settled] of this.#settled) {
      const owed = this.#cuts.find(({ last }) => last > settled);
      const lag = owed === undefined ? 0 : now - owed.atMillis;
      lags.set(name.resource, Math.max(lag, lags.get(name.resource) ?? 0));
    }
    return lags;
  }

  #forget(): void {
    if (this.#cuts.some(({ left }) => left <= 0))
      this.#cuts = this.#cuts.filter(({ left }) => left > 0);
  }
}
