import type { Revision } from '@creance/proto';
import { limits } from '../domain/limits.js';

/** A subscriber, by what it is of. */
interface Subscribed {
  readonly name: { readonly resource: string };
}

/** Where measurements go. */
export interface AcknowledgementParts {
  readonly nowMillis: () => number;
  /** A verifier has acknowledged a cut, so many milliseconds after its commit. */
  readonly onEach: (resource: string, millis: number) => void;
  /** So did the last of those that were subscribed then, and stayed. */
  readonly onLast: (millis: number) => void;
}

interface Cut {
  readonly revision: Revision;
  readonly atMillis: number;
  /** Subscribers that have not acknowledged it. */
  left: number;
}

/**
 * How long cuts take to be enforced, by the word of the verifiers. Of a commit the last row is kept, of at
 * most `limits.cutsUnacknowledged`; the oldest beyond are not measured any more. A subscriber counts for the
 * cuts that were made while it was there.
 */
export class Acknowledgements<S extends Subscribed> {
  readonly #parts: AcknowledgementParts;
  /** In the order of the log. */
  #cuts: Cut[] = [];
  /** By subscriber the revision up to which it owes nothing. */
  readonly #settled = new Map<S, Revision>();

  constructor(parts: AcknowledgementParts) {
    this.#parts = parts;
  }

  /** Cuts that some verifier has not acknowledged. */
  get waiting(): number {
    return this.#cuts.length;
  }

  /** A subscriber is there from now on; the log stands at `head`. */
  joined(subscriber: S, head: Revision): void {
    this.#settled.set(subscriber, head);
  }

  /** A commit has cut something; its last row. */
  grew(revision: Revision): void {
    if (this.#settled.size === 0) return;
    const atMillis = this.#parts.nowMillis();
    this.#cuts.push({ revision, atMillis, left: this.#settled.size });
    if (this.#cuts.length > limits.cutsUnacknowledged) this.#cuts.shift();
  }

  /** A subscriber enforces everything up to a revision. */
  acknowledged(subscriber: S, revision: Revision): void {
    const settled = this.#settled.get(subscriber);
    if (settled === undefined || revision <= settled) return;
    this.#settled.set(subscriber, revision);
    const now = this.#parts.nowMillis();
    for (const cut of this.#cuts) {
      if (cut.revision <= settled) continue;
      if (cut.revision > revision) break;
      cut.left -= 1;
      this.#parts.onEach(subscriber.name.resource, now - cut.atMillis);
      if (cut.left === 0) this.#parts.onLast(now - cut.atMillis);
    }
    this.#forget();
  }

  /** A subscriber is gone: nobody waits for it. */
  left(subscriber: S): void {
    const settled = this.#settled.get(subscriber);
    if (settled === undefined) return;
    this.#settled.delete(subscriber);
    for (const cut of this.#cuts) if (cut.revision > settled) cut.left -= 1;
    this.#forget();
  }

  /** By resource, milliseconds since the first cut that its slowest verifier has not acknowledged. */
  lagByResource(): ReadonlyMap<string, number> {
    const now = this.#parts.nowMillis();
    const lags = new Map<string, number>();
    for (const [{ name }, settled] of this.#settled) {
      const owed = this.#cuts.find(({ revision }) => revision > settled);
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
