import type { Revision } from '@creance/proto';
import type { Happening } from '../domain/event.js';
import { limits } from '../domain/limits.js';
import type { Clock } from '../runtime/clock.js';

/** A subscription of a verifier, as the feed has it. */
export interface Enforcer {
  readonly name: { readonly resource: string };
  readonly acknowledged: Revision;
  readonly isOpen: boolean;
}

/** Parts of the follower. */
export interface EnforcementParts {
  readonly clock: Pick<Clock, 'monotonicMillis'>;
  readonly subscribers: () => readonly Enforcer[];
  readonly publish: (what: Extract<Happening, { kind: 'enforced' | 'enforced_by_all' }>) => void;
  /** Called when a cut is not followed to its end for want of room. */
  readonly limitHit: (name: 'enforcementsFollowed') => void;
}

interface Followed {
  readonly revision: Revision;
  readonly sinceMillis: number;
  readonly verifiers: number;
  readonly waiting: Set<Enforcer>;
}

/**
 * Follows cuts and holds to the verifiers. A verifier that leaves enforces nothing and lets nobody in for
 * long: it is not waited for. One that was not there at the cut has it from the start.
 */
export class Enforcement {
  readonly #parts: EnforcementParts;
  /** By revision, ascending. */
  readonly #followed: Followed[] = [];

  constructor(parts: EnforcementParts) {
    this.#parts = parts;
  }

  /** A cut or hold was committed. */
  follow(revision: Revision): void {
    const waiting = new Set(this.#parts.subscribers());
    if (waiting.size === 0) return;
    if (this.#followed.length >= limits.enforcementsFollowed) {
      this.#followed.shift();
      this.#parts.limitHit('enforcementsFollowed');
    }
    const sinceMillis = this.#parts.clock.monotonicMillis();
    this.#followed.push({ revision, sinceMillis, verifiers: waiting.size, waiting });
  }

  /** A verifier has acknowledged more than before. */
  acknowledged(enforcer: Enforcer): void {
    for (const one of this.#followed) {
      if (enforcer.acknowledged < one.revision) break;
      if (!one.waiting.delete(enforcer) || one.verifiers > limits.enforcersTold) continue;
      const { revision } = one;
      const millis = this.#since(one);
      this.#parts.publish({ kind: 'enforced', resource: enforcer.name.resource, revision, millis });
    }
    this.#close();
  }

  /** Looks for verifiers that have left, and gives up on what takes too long. */
  sweep(): void {
    for (const { waiting } of this.#followed)
      for (const enforcer of waiting) if (!enforcer.isOpen) waiting.delete(enforcer);
    this.#close();
    const longest = limits.enforcementSeconds * 1_000;
    while (this.#followed[0] !== undefined && this.#since(this.#followed[0]) > longest)
      this.#followed.shift();
  }

  /** A later cut may reach everybody who was there at it before an earlier one does. */
  #close(): void {
    for (let at = 0; at < this.#followed.length; at += 1) {
      const one = this.#followed[at] as Followed;
      if (one.waiting.size > 0) continue;
      this.#followed.splice(at, 1);
      at -= 1;
      const { verifiers, revision } = one;
      this.#parts.publish({
        kind: 'enforced_by_all',
        verifiers,
        revision,
        millis: this.#since(one),
      });
    }
  }

  #since({ sinceMillis }: Followed): number {
    return Math.round(this.#parts.clock.monotonicMillis() - sinceMillis);
  }
}
