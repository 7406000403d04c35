import { sensitivityWeights } from '../../domain/sensitivity.js';
import type { Action } from '../watch/action.js';
import { Chain } from '../watch/chain.js';
import { one } from '../watch/detectors/detector.js';
import { fanOut } from '../watch/detectors/fan-out.js';
import { pace } from '../watch/detectors/pace.js';
import type { Watched } from '../watch/engine.js';
import { Envelope } from '../watch/envelope.js';
import { expectGap, gapOf } from '../watch/habit.js';
import { turnMillis } from '../watch/look.js';
import { otherName } from '../watch/names.js';
import { emptySight, type Sight } from '../watch/sight.js';
import { termMin } from '../watch/terms.js';
import { type KeptReach, Reach } from './reach.js';

/** Evidence that no session of a tree shows alone. */
export interface SpreadEvidence {
  readonly rule: 'pace' | 'fanout';
  readonly kind: 'pace' | 'fanout';
  readonly added: number;
  readonly words: string;
}

/** An action that was seen, and where. */
export interface SeenAt {
  readonly atMillis: number;
  readonly resource: string;
}

/** What is kept of it over a restart. */
export interface KeptSpread {
  readonly last: SeenAt | undefined;
  readonly turn: readonly [atMillis: number, pace: number];
  readonly firsts: readonly string[];
  readonly reach: KeptReach;
}

/** First steps of a tree that are told apart. */
const firstsKept = 256;

const undeclared = new Envelope(undefined);

/**
 * Looks at a whole tree for what a thief hides who has each child do one thing. A session's first action has
 * no gap before it, so it is held against the last action of the tree (D1); destinations that are new to
 * the workload are counted over all sessions (D4), of which more may reach more, though not each as many.
 */
export class Spread {
  #last: SeenAt | undefined;
  #turnAt: number;
  #turnPace: number;
  readonly #firsts: Set<string>;
  readonly #reach: Reach;

  /** `last` is what the root did before it had a tree. */
  constructor(last: SeenAt | undefined, kept?: KeptSpread) {
    this.#last = kept?.last ?? last;
    [this.#turnAt, this.#turnPace] = kept?.turn ?? [0, 0];
    this.#firsts = new Set(kept?.firsts);
    this.#reach = new Reach(kept?.reach);
  }

  /** Takes an action of a session of the tree, once the engine has taken it. */
  take(session: string, watched: Watched, action: Action): readonly SpreadEvidence[] {
    const { atMillis, isStrong, resource } = action;
    // A time that cannot be is the engine's to count.
    if (!isStrong || atMillis === undefined || !Number.isFinite(atMillis)) return [];
    this.#reach.act(session, atMillis);
    const found = [
      ...(watched.lesson.size === 1 ? this.#first(watched, action, atMillis) : []),
      ...this.#fanOut(session, watched, action, atMillis),
    ];
    if (atMillis >= (this.#last?.atMillis ?? 0)) this.#last = { atMillis, resource };
    return found;
  }

  /** As it is kept. */
  kept(): KeptSpread {
    return {
      last: this.#last,
      turn: [this.#turnAt, this.#turnPace],
      firsts: [...this.#firsts],
      reach: this.#reach.kept(),
    };
  }

  #first(watched: Watched, action: Action, atMillis: number): SpreadEvidence[] {
    const last = this.#last;
    const name = `${action.resource} ${action.name}`;
    const isAgain = this.#firsts.has(name);
    if (this.#firsts.size < firstsKept) this.#firsts.add(name);
    // Children that all begin alike are one decision, however many there are.
    if (isAgain || last === undefined || atMillis < last.atMillis) return [];
    const sight = this.#sightOf(watched, action, (atMillis - last.atMillis) / 1_000);
    sight.isSwitch = last.resource !== action.resource;
    sight.isFirstStep = true;
    // First steps of one turn are one decision, as its calls are.
    if (atMillis - this.#turnAt > turnMillis) [this.#turnAt, this.#turnPace] = [atMillis, 0];
    sight.turnPace = this.#turnPace;
    const added = pace.evidence(sight);
    this.#turnPace += added;
    if (added < termMin) return [];
    const words = `begins ${one(-sight.deviations)} standard deviations faster after the rest of its tree than the workload goes on, by a step that it does not begin with`;
    return [{ rule: 'pace', kind: 'pace', added, words }];
  }

  /** The gap is held against what so many sessions at work would leave between their actions. */
  #sightOf({ profile }: Watched, action: Action, seconds: number): Sight {
    const { limits } = profile;
    const id = profile.named.find(action.resource, action.name)?.id ?? otherName;
    const gap = gapOf(seconds);
    const { mean, deviation } = expectGap(limits.habit, 0, 0);
    return Object.assign(emptySight(), {
      profile,
      limits,
      id,
      before: Chain.start,
      bits: profile.chain.bits(id, Chain.start, Chain.start, profile.known.size),
      gap,
      deviations: (gap + Math.log(Math.max(1, this.#reach.busy)) - mean) / deviation,
    });
  }

  #fanOut(session: string, watched: Watched, action: Action, atMillis: number): SpreadEvidence[] {
    const { profile, envelope } = watched;
    if (action.isDeclared === true || action.destinations.length === 0) return [];
    const fresh = action.destinations.filter((one) => !profile.destinations.has(one));
    const { all, most, sessions } = this.#reach.note(session, fresh, atMillis);
    if (sessions < 2) return [];
    const usual = envelope.fanout ?? profile.limits.fanout;
    const evidenceOf = (destinations: number, fanout: number) =>
      fanOut.evidence({
        ...emptySight(),
        destinations,
        envelope: undeclared,
        limits: { ...profile.limits, fanout },
        weight: sensitivityWeights[action.sensitivity],
      });
    // Four times as many sessions may reach as much again.
    const ofTree = usual * (1 + Math.log(sessions) / Math.log(4));
    const added = this.#reach.rise(evidenceOf(all, ofTree) - evidenceOf(most, usual), atMillis);
    if (added === 0) return [];
    const words = `${all} new destinations in a minute over ${sessions} sessions of its tree, where ${one(ofTree)} are usual for so many`;
    return [{ rule: 'fanout', kind: 'fanout', added, words }];
  }
}
