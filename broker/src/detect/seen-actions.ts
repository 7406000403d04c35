import type { SessionId } from '@creance/proto';
import { limits } from '../domain/limits.js';

interface Seen {
  young: Set<string>;
  old: Set<string>;
}

/** How many ids are remembered: of one witness twice the first, in all the second. */
export interface SeenBounds {
  readonly perWitness: number;
  readonly all: number;
}

/**
 * Ids of actions that were taken lately, so that a batch that a witness sends again counts once. Each
 * witness has memory of its own and forgets its own first; when all of it is used, the witness that
 * reported longest ago is forgotten. Forgetting costs a double count and nothing else.
 */
export class SeenActions {
  readonly #bounds: SeenBounds;
  readonly #witnesses = new Map<SessionId, Seen>();
  #size = 0;

  constructor(
    bounds: SeenBounds = {
      perWitness: limits.observationsPerSession,
      all: limits.observationsWaiting,
    },
  ) {
    this.#bounds = bounds;
  }

  /** How many ids are remembered. */
  get size(): number {
    return this.#size;
  }

  /** Whether the action is new; it is not any more afterwards. */
  isFresh(witness: SessionId, id: string): boolean {
    const seen = this.#ofWitness(witness);
    if (seen.young.has(id) || seen.old.has(id)) return false;
    if (seen.young.size >= this.#bounds.perWitness) {
      this.#size -= seen.old.size;
      seen.old = seen.young;
      seen.young = new Set();
    }
    seen.young.add(id);
    this.#size += 1;
    if (this.#size > this.#bounds.all) this.#forgetOldest(witness);
    return true;
  }

  #ofWitness(witness: SessionId): Seen {
    const seen = this.#witnesses.get(witness) ?? { young: new Set(), old: new Set() };
    this.#witnesses.delete(witness);
    this.#witnesses.set(witness, seen);
    return seen;
  }

  #forgetOldest(spared: SessionId): void {
    for (const [witness, { young, old }] of this.#witnesses) {
      if (witness === spared) continue;
      this.#witnesses.delete(witness);
      this.#size -= young.size + old.size;
      return;
    }
  }
}
