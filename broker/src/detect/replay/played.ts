import type { Workload } from '../../domain/registry.js';
import { type Level, levels } from '../../domain/risk.js';
import type { Engine, Watched } from '../watch/engine.js';
import { Envelope } from '../watch/envelope.js';
import type { WorkloadProfile } from '../watch/workload-profile.js';
import type { RecordedAction } from './recorded-session.js';
import type { Signal } from './verdict.js';

/** What a policy declares of an actor. */
export type Declared = Pick<Workload, 'class' | 'pace' | 'responses'>;

/** Gives the history of an actor; the class is for one that has none yet. */
export type ProfileOf = (actor: string, kind: Workload['class']) => WorkloadProfile;

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
  readonly #actors = new Map<string, PlayedActor>();
  #root: Watched | undefined;
  #revokesAtTop = false;

  constructor(
    engine: Engine,
    profileOf: ProfileOf,
    declaredOf: (actor: string) => Declared | undefined,
  ) {
    this.#engine = engine;
    this.#profileOf = profileOf;
    this.#declaredOf = declaredOf;
  }

  /** Plays an action. */
  take(recorded: RecordedAction): { readonly risk: number; readonly level: Level } {
    const { watched, places } = this.#of(recorded);
    places.push(recorded.at);
    const { risk, level } = this.#engine.take(watched, recorded.action);
    const isRevoked = level === 'suspendTree' && this.#revokesAtTop;
    return { risk, level: isRevoked ? (levels.at(-1) ?? level) : level };
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
    // There is always room: the bound is a million, and this is one session with a few actors.
    const watched = this.#engine.open(profile, new Envelope(declared?.pace), root) as Watched;
    if (root === undefined) {
      this.#root = watched;
      this.#revokesAtTop = declared?.responses.revokeAtTop ?? false;
      return watched;
    }
    root.tree ??= this.#engine.openTree(root);
    watched.tree = root.tree;
    return watched;
  }
}
