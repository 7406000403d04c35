import type { WatchMode, WatchRule, Workload } from '../../domain/registry.js';
import type { Level } from '../../domain/risk.js';
import { type SeenAt, Spread } from '../live/spread.js';
import type { Engine, Judgement, Watched } from '../watch/engine.js';
import { Envelope } from '../watch/envelope.js';
import type { WorkloadProfile } from '../watch/workload-profile.js';
import type { RecordedAction } from './recorded-session.js';
import type { Signal } from './verdict.js';

/** What a policy declares of an actor. */
export type Declared = Pick<Workload, 'class' | 'pace' | 'responses'>;

/** Gives the history of an actor; the class is for one that has none yet. */
export type ProfileOf = (actor: string, kind: Workload['class']) => WorkloadProfile;

/** The rules that do not count for what a policy declares of an actor. */
export type SilentOf = (declared: Declared) => ReadonlySet<WatchRule>;

/** Actors of one session that are told apart, as many as live sessions of one tree are; the others are one. */
const actorsMax = 64;
const otherActor = 'other';

interface PlayedActor {
  readonly watched: Watched;
  /** The actor's actions by their places among all. */
  readonly places: number[];
}

/** One session as it is played: a tree with a session for each actor, the later ones children of the first. */
export class Played {
  readonly #engine: Engine;
  readonly #profileOf: ProfileOf;
  readonly #declaredOf: (actor: string) => Declared | undefined;
  readonly #silentOf: SilentOf;
  readonly #actors = new Map<string, PlayedActor>();
  #root: Watched | undefined;
  #seen: SeenAt | undefined;
  #spread: Spread | undefined;
  #mode: WatchMode = 'enforce';

  constructor(
    engine: Engine,
    profileOf: ProfileOf,
    declaredOf: (actor: string) => Declared | undefined,
    silentOf: SilentOf,
  ) {
    this.#engine = engine;
    this.#profileOf = profileOf;
    this.#declaredOf = declaredOf;
    this.#silentOf = silentOf;
  }

  /** Plays an action. */
  take(recorded: RecordedAction): { readonly risk: number; readonly level: Level } {
    const { watched, places } = this.#of(recorded);
    places.push(recorded.at);
    return this.#takeSpread(recorded, watched, this.#engine.take(watched, recorded.action));
  }

  /** What the whole tree shows by it, as live. */
  #takeSpread({ actor, action }: RecordedAction, watched: Watched, own: Judgement): Judgement {
    const { atMillis, resource } = action;
    if (watched.tree === undefined) {
      if (atMillis !== undefined) this.#seen = { atMillis, resource };
      return own;
    }
    this.#spread ??= new Spread(this.#seen);
    let judgement = own;
    for (const { rule, kind, added, words } of this.#spread.take(actor, watched, action)) {
      if (watched.envelope.silences(rule)) continue;
      const term = { atMillis, kind, resource, action: action.name, added, words };
      judgement = this.#engine.add(watched, term);
    }
    return judgement;
  }

  /** How far the policy goes for the first actor, whose tree it is. */
  get mode(): WatchMode {
    return this.#mode;
  }

  /** The evidence of all actors, with the events that it is of. */
  signals(): readonly Signal[] {
    return [...this.#actors.values()].flatMap(({ watched, places }) =>
      watched.terms.map(({ at, kind, resource, action, added, words }) => {
        return { event: places[at] ?? at, kind, resource, action, added, words };
      }),
    );
  }

  /** Ends the sessions. */
  close(learns: 'always' | 'never', atMillis: number): void {
    for (const { watched } of this.#actors.values()) this.#engine.close(watched, atMillis, learns);
    const tree = this.#root?.tree;
    if (tree !== undefined) this.#engine.close(tree, atMillis, 'never');
  }

  #of(recorded: RecordedAction): PlayedActor {
    const isRoom = this.#actors.size < actorsMax;
    const actor = isRoom || this.#actors.has(recorded.actor) ? recorded.actor : otherActor;
    const found = this.#actors.get(actor);
    if (found !== undefined) return found;
    const declared = this.#declaredOf(actor);
    const profile = this.#profileOf(actor, declared?.class ?? recorded.kind ?? 'agent');
    const opened = { watched: this.#open(profile, declared), places: [] };
    this.#actors.set(actor, opened);
    return opened;
  }

  #open(profile: WorkloadProfile, declared: Declared | undefined): Watched {
    const root = this.#root;
    const envelope = new Envelope(declared?.pace, declared && this.#silentOf(declared));
    // There is always room: the bound is a million, and this is one session with a few actors.
    const watched = this.#engine.open(profile, envelope, root) as Watched;
    if (root === undefined) {
      this.#root = watched;
      this.#mode = declared?.responses.mode ?? 'enforce';
      return watched;
    }
    root.tree ??= this.#engine.openTree(root);
    watched.tree = root.tree;
    return watched;
  }
}
