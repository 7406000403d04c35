import type { Workload } from '../../domain/registry.js';
import type { BoundHit } from '../watch/bounds.js';
import type { Engine } from '../watch/engine.js';
import { WorkloadProfile } from '../watch/workload-profile.js';
import type { RecordedAction } from './recorded-session.js';

/** Actors that are learned of in one run; what is beyond is judged without history. */
const actorsLearnedMax = 10_000;

/** Times before 2000 count from the start of a session, and those after 2100 are none. */
const firstDateMillis = 946_684_800_000;
const lastDateMillis = 4_102_444_800_000;

/** What was learned of each actor. A copy keeps to itself what it learns further. */
export class Histories {
  readonly #engine: Engine;
  readonly #hit: BoundHit;
  readonly #known: Map<string, WorkloadProfile>;
  readonly #above: Histories | undefined;
  #date: number | undefined;
  #before: number | undefined;

  constructor(engine: Engine, hit: BoundHit, above?: Histories) {
    this.#engine = engine;
    this.#hit = hit;
    this.#known = new Map();
    this.#above = above;
    if (above === undefined) return;
    this.#date = above.#date;
    this.#before = above.#before;
  }

  /** A copy for one session. */
  copy(): Histories {
    return new Histories(this.#engine, this.#hit, this);
  }

  /** The date by which what was learned fades; zero before there was one. */
  get now(): number {
    return this.#date ?? 0;
  }

  /**
   * Goes on to the date of a session that is about to teach: the earlier one of its own and that of the
   * session before, so that one odd date does not let everything fade. A session without a date has
   * that of the one before.
   */
  date(actions: readonly RecordedAction[]): void {
    const own = actions.at(-1)?.action.atMillis;
    if (own === undefined || !(own >= firstDateMillis && own <= lastDateMillis)) return;
    const date = Math.min(own, this.#before ?? own);
    this.#before = own;
    // What was learned without a date has not faded before the first one.
    if (this.#date === undefined) this.#undated();
    this.#date = Math.max(date, this.#date ?? date);
  }

  /** The history of an actor; undefined when nothing was learned of it. */
  find(actor: string): WorkloadProfile | undefined {
    return this.#known.get(actor);
  }

  /** The history of an actor, to be learned into. */
  of(actor: string, kind: Workload['class']): WorkloadProfile {
    const own = this.#known.get(actor) ?? this.#copied(actor);
    if (own !== undefined) return own;
    const profile = this.#engine.profile(kind);
    if (this.#above === undefined && this.#known.size >= actorsLearnedMax) return profile;
    this.#known.set(actor, profile);
    return profile;
  }

  #copied(actor: string): WorkloadProfile | undefined {
    const above = this.#above?.find(actor);
    if (above === undefined) return undefined;
    const copy = WorkloadProfile.from(above.kept(), this.#hit);
    this.#known.set(actor, copy);
    return copy;
  }

  #undated(): void {
    for (const [actor, profile] of this.#known)
      this.#known.set(
        actor,
        WorkloadProfile.from({ ...profile.kept(), fadedDay: undefined }, this.#hit),
      );
  }
}
