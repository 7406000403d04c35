import { halfLives } from '../watch/decay.js';
import { termMin } from '../watch/terms.js';

/** What is kept of it over a restart. */
export interface KeptReach {
  readonly acted: readonly (readonly [session: string, atMillis: number, count: number])[];
  readonly reached: readonly (readonly [destination: string, session: string, atMillis: number])[];
  readonly risen: readonly [evidence: number, atMillis: number];
}

/** How far a tree has reached in the last minute. */
export interface Reached {
  readonly all: number;
  /** By one session. */
  readonly most: number;
  readonly sessions: number;
}

const windowMillis = 60_000;
/** Destinations of a minute, and sessions at work in one, that are remembered of one tree. */
const destinationsKept = 512;
const sessionsKept = 128;

/** Counts over the sessions of one tree: who is at work, and what they reached, each in the last minute. */
export class Reach {
  readonly #acted = new Map<string, { atMillis: number; count: number }>();
  readonly #reached = new Map<string, { readonly session: string; readonly atMillis: number }>();
  #risen: readonly [evidence: number, atMillis: number];

  constructor(kept?: KeptReach) {
    for (const [session, atMillis, count] of kept?.acted ?? [])
      this.#acted.set(session, { atMillis, count });
    for (const [destination, session, atMillis] of kept?.reached ?? [])
      this.#reached.set(destination, { session, atMillis });
    this.#risen = kept?.risen ?? [0, 0];
  }

  /** How many sessions have acted more than once, and in the minute before the last act. */
  get busy(): number {
    return [...this.#acted.values()].filter((one) => one.count > 1).length;
  }

  /** Notes that a session acts. */
  act(session: string, atMillis: number): void {
    const count = (this.#acted.get(session)?.count ?? 0) + 1;
    this.#acted.delete(session);
    this.#acted.set(session, { atMillis, count });
    prune(this.#acted, atMillis, sessionsKept);
  }

  /** Notes what a session reaches. */
  note(session: string, destinations: readonly string[], atMillis: number): Reached {
    for (const destination of destinations.slice(0, destinationsKept)) {
      this.#reached.delete(destination);
      this.#reached.set(destination, { session, atMillis });
    }
    prune(this.#reached, atMillis, destinationsKept);
    const counts = new Map<string, number>();
    for (const { session: by } of this.#reached.values()) counts.set(by, (counts.get(by) ?? 0) + 1);
    return {
      all: this.#reached.size,
      most: Math.max(0, ...counts.values()),
      sessions: counts.size,
    };
  }

  /** By how much evidence rises above what it has risen to before, faded; zero for a trifle. */
  rise(evidence: number, atMillis: number): number {
    const [before, sinceMillis] = this.#risen;
    const halved = Math.max(0, atMillis - sinceMillis) / 1_000 / halfLives.fanout;
    const held = before * 2 ** -halved;
    const added = evidence - held;
    if (added < termMin) return 0;
    this.#risen = [evidence, atMillis];
    return added;
  }

  /** As it is kept. */
  kept(): KeptReach {
    return {
      acted: [...this.#acted].map(([session, one]) => [session, one.atMillis, one.count]),
      reached: [...this.#reached].map(([name, one]) => [name, one.session, one.atMillis]),
      risen: this.#risen,
    };
  }
}

/** Forgets what lies longer ago than a minute, and the oldest beyond a bound. */
function prune(
  entries: Map<string, { readonly atMillis: number }>,
  nowMillis: number,
  most: number,
): void {
  for (const [key, { atMillis }] of entries) {
    if (nowMillis - atMillis < windowMillis && entries.size <= most) return;
    entries.delete(key);
  }
}
