import type { SessionId } from '@creance/proto';
import type { Sighting } from '../domain/action.js';
import { limits } from '../domain/limits.js';

/** By what an action is known again: an id names an action of one session, as one witness tells it. */
type Told = Pick<Sighting, 'witness' | 'session' | 'id'>;

/** Sessions of actions, or nothing, by ids; of a second session under the same id, by that session too. */
type Ids = Map<string, SessionId | ''>;

interface Seen {
  young: Ids;
  old: Ids;
}

/** How many actions are remembered: of one witness twice the first, in all the second. */
export interface SeenBounds {
  readonly perWitness: number;
  readonly all: number;
}

/**
 * Actions that were taken lately, so that a batch that a witness sends again counts once. Each
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

  /** How many actions are remembered. */
  get size(): number {
    return this.#size;
  }

  /** Whether the action was taken. */
  has(told: Told): boolean {
    const seen = this.#witnesses.get(told.witness);
    return seen !== undefined && (holds(seen.young, told) || holds(seen.old, told));
  }

  /** Notes that the action was taken: only then, so that one that was dropped may come again. */
  note(told: Told): void {
    const { id, session, witness } = told;
    const seen = this.#ofWitness(witness);
    if (seen.young.size >= this.#bounds.perWitness) {
      this.#size -= seen.old.size;
      seen.old = seen.young;
      seen.young = new Map();
    }
    const { size } = seen.young;
    const first = seen.young.get(id);
    const isOther = first !== undefined && first !== (session ?? '');
    seen.young.set(isOther ? longKeyOf(told) : id, session ?? '');
    this.#size += seen.young.size - size;
    if (this.#size > this.#bounds.all) this.#forgetOldest(witness);
  }

  #ofWitness(witness: SessionId): Seen {
    const seen = this.#witnesses.get(witness) ?? { young: new Map(), old: new Map() };
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

function holds(ids: Ids, told: Told): boolean {
  const session = ids.get(told.id);
  if (session === undefined) return false;
  return session === (told.session ?? '') || ids.has(longKeyOf(told));
}

function longKeyOf({ session, id }: Told): string {
  return `${session ?? ''} ${id}`;
}
