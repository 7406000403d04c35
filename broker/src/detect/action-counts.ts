import type { SessionId } from '@creance/proto';
import type { Instant } from '../domain/instant.js';
import { limits } from '../domain/limits.js';

/** How many uses of a session's tokens strong witnesses have reported. */
export interface ActionCount {
  readonly allowed: number;
  readonly refused: number;
}

/** Counts of one session. */
interface Counted {
  allowed: number;
  refused: number;
  lastAt: Instant;
}

/** Counts looked at again, with each use, for whether their session is still in memory. */
const recheckedPerNote = 2;

/**
 * Uses of each session since the broker started, forgotten with the session. Bounded by the sessions that
 * the store holds, and besides by `most`: then nothing new is counted.
 */
export class ActionCounts {
  readonly #counts = new Map<SessionId, Counted>();
  readonly #isKnown: (id: SessionId) => boolean;
  readonly #most: number;
  #hand: IterableIterator<SessionId>;

  constructor(isKnown: (id: SessionId) => boolean, most: number = limits.counters) {
    this.#isKnown = isKnown;
    this.#most = most;
    this.#hand = this.#counts.keys();
  }

  /** Sessions that are counted. */
  get size(): number {
    return this.#counts.size;
  }

  /** Counts a use of an instant; false when there is no room for one more session. */
  note(session: SessionId, outcome: 'allowed' | 'refused', at: Instant): boolean {
    this.#forgetSome();
    const known = this.#counts.get(session);
    if (known === undefined && this.#counts.size >= this.#most) return false;
    const count = known ?? { allowed: 0, refused: 0, lastAt: at };
    count[outcome] += 1;
    // Reports overtake each other.
    if (at > count.lastAt) count.lastAt = at;
    if (known === undefined) this.#counts.set(session, count);
    return true;
  }

  /** What was counted of a session. */
  of(session: SessionId): ActionCount {
    const { allowed, refused } = this.#counts.get(session) ?? { allowed: 0, refused: 0 };
    return { allowed, refused };
  }

  /** When a session's tokens were used last; undefined when nothing was counted of it. */
  lastAt(session: SessionId): Instant | undefined {
    return this.#counts.get(session)?.lastAt;
  }

  /** A hand goes round over all counts, a little with each use: no timer, no long sweep. */
  #forgetSome(): void {
    for (let step = 0; step < recheckedPerNote; step += 1) {
      const next = this.#hand.next();
      if (next.done) {
        this.#hand = this.#counts.keys();
        return;
      }
      if (!this.#isKnown(next.value)) this.#counts.delete(next.value);
    }
  }
}
