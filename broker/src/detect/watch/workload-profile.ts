import type { Workload } from '../../domain/registry.js';
import { type BoundHit, watchBounds } from './bounds.js';
import { CalmPeaks } from './calm-peaks.js';
import { Chain } from './chain.js';
import { FanoutLimit } from './fanout-limit.js';
import { emptyHabit, type HabitSums, learnGaps } from './habit.js';
import { type KeptProfile, profileVersion } from './kept-profile.js';
import { Known } from './known.js';
import type { Lesson } from './lesson.js';
import { type Limits, limitsOf } from './limits.js';
import { type ActionFacts, type NamedAction, NamedActions } from './named-actions.js';
import { firstWord, Names, otherName } from './names.js';
import { Quantiles } from './quantiles.js';
import { Refusals } from './refusals.js';

/** Days after which what was learned counts half. */
const halfLifeDays = 30;
const dayMillis = 86_400_000;

/** One lesson forgets at most so much, whatever the clock says. */
const fadedDaysMax = 90;

/** A workload that is refused more often than this is no other than a thief, by refusals alone. */
const refusedMost = 0.39;

const origins = ['networks', 'clients', 'bindings'] as const;

/** What a workload's calm sessions have taught: the summary of its history that a session is held against. */
export class WorkloadProfile {
  readonly kind: Workload['class'];
  readonly actions: Names;
  readonly named: NamedActions;
  readonly chain: Chain;
  readonly systems: Known;
  readonly known: Known;
  readonly pairs: Known;
  readonly destinations: Known;
  readonly networks: Known;
  readonly clients: Known;
  readonly bindings: Known;
  readonly #hit: BoundHit;
  readonly #habit: HabitSums = emptyHabit();
  readonly #bits = new Quantiles();
  readonly #fanout = new FanoutLimit();
  readonly #turns = new Quantiles();
  readonly #refusals = new Refusals();
  readonly #peaks = new CalmPeaks();
  #sessions = 0;
  #fadedDay: number | undefined;
  #limits: Limits | undefined;
  /** Counts up with each lesson: what was kept before is stale. */
  revision = 0;

  constructor(kind: Workload['class'], hit: BoundHit) {
    this.kind = kind;
    this.#hit = hit;
    const full = (name: keyof typeof watchBounds) => () => hit(name);
    const { watchActions, watchResourceActions } = watchBounds;
    this.actions = new Names(watchActions, watchResourceActions, hit);
    this.named = new NamedActions(this.actions);
    this.chain = new Chain(watchBounds.watchSteps, full('watchSteps'));
    this.systems = new Known(watchBounds.watchActions, full('watchActions'));
    this.known = new Known(watchBounds.watchActions, full('watchActions'));
    this.pairs = new Known(watchBounds.watchDestinations, full('watchDestinations'));
    this.destinations = new Known(watchBounds.watchDestinations, full('watchDestinations'));
    this.networks = new Known(watchBounds.watchOrigins, full('watchOrigins'));
    this.clients = new Known(watchBounds.watchOrigins, full('watchOrigins'));
    this.bindings = new Known(watchBounds.watchOrigins, full('watchOrigins'));
  }

  /** Sessions that have taught it. */
  get sessions(): number {
    return this.#sessions;
  }

  /** Actions that it has learned from, faded. */
  get size(): number {
    return this.#refusals.seen;
  }

  /** The figures that a judgement reads; counted anew after each lesson only. */
  get limits(): Limits {
    this.#limits ??= this.#count();
    return this.#limits;
  }

  /** How often calls are refused, and how often this action is: the second shrunk towards the first. */
  refusalShare(action: string): number {
    return this.#refusals.share(action);
  }

  /** What this history says of an action; looked up anew after each lesson only. */
  factsOf(named: NamedAction): ActionFacts {
    if (named.facts?.revision === this.revision) return named.facts;
    const share = Math.min(refusedMost, this.refusalShare(named.name));
    named.facts = {
      revision: this.revision,
      isKnownSystem: this.systems.has(named.resource),
      isKnown: named.id !== otherName && this.known.has(named.name),
      allowed: Math.log(0.6 / (1 - share)),
      refused: Math.log(0.4 / share),
    };
    return named.facts;
  }

  /**
   * Learns from a session that has ended calm. `chainPeak` is the most chain evidence that it showed,
   * held against what was known when it ran; undefined when it was not only seen but also told, which
   * teaches nothing.
   */
  learn(lesson: Lesson, chainPeak: number | undefined, atMillis: number): void {
    this.#fade(atMillis);
    this.#learnSteps(lesson);
    for (const pair of lesson.set('pairs')) {
      this.pairs.learn(pair);
      this.destinations.learn(pair.slice(pair.lastIndexOf('>') + 1));
    }
    for (const name of origins) for (const one of lesson.set(name)) this[name].learn(one);
    learnGaps(
      this.#habit,
      lesson.steps.map(({ gap }) => gap).filter((gap) => gap !== undefined),
    );
    this.#turns.add(lesson.turn);
    if (chainPeak !== undefined) this.#peaks.add(chainPeak, this.#sessions);
    this.#sessions += 1;
    this.#fanout.add(lesson.fanout, this.#sessions);
    this.#limits = undefined;
    this.revision += 1;
  }

  /** As it is kept in the store: names, counts and sketches, no destination in plain. */
  kept(): KeptProfile {
    return {
      version: profileVersion,
      kind: this.kind,
      actions: this.actions.all(),
      chain: this.chain.rows(),
      known: this.#sets.map((known) => known.kept()),
      habit: { ...this.#habit },
      bits: this.#bits.kept(),
      ...this.#fanout.kept(),
      turns: this.#turns.kept(),
      ...this.#refusals.kept(),
      ...this.#peaks.kept(),
      sessions: this.#sessions,
      fadedDay: this.#fadedDay,
    };
  }

  /** A profile from what was kept. */
  static from(kept: KeptProfile, hit: BoundHit): WorkloadProfile {
    const profile = new WorkloadProfile(kept.kind, hit);
    for (const [at, name] of kept.actions.entries())
      if (name !== '') profile.actions.place(name, at + 1);
    profile.chain.restore(kept.chain);
    for (const [at, set] of profile.#sets.entries()) set.restore(kept.known[at] ?? []);
    Object.assign(profile.#habit, kept.habit);
    profile.#bits.restore(kept.bits);
    profile.#fanout.restore(kept);
    profile.#turns.restore(kept.turns);
    profile.#refusals.restore(kept);
    profile.#peaks.restore(kept);
    profile.#sessions = kept.sessions;
    profile.#fadedDay = kept.fadedDay;
    return profile;
  }

  /** In the order in which they are kept. */
  get #sets(): readonly Known[] {
    const { systems, known, pairs, destinations, networks, clients, bindings } = this;
    return [systems, known, pairs, destinations, networks, clients, bindings];
  }

  /** What is told apart no more teaches nothing: else all that is strange would pass for usual. */
  #learnSteps({ steps }: Lesson): void {
    let before = Chain.start;
    let earlier = Chain.start;
    const systems = new Set<string>();
    const actions = new Set<string>();
    for (const { action, denied } of steps) {
      if (action !== otherName) {
        const name = this.actions.nameOf(action);
        this.#learnStep(action, before, earlier);
        systems.add(firstWord(name));
        actions.add(name);
        this.#refusals.learn(name, denied);
      }
      earlier = before;
      before = action;
    }
    for (const system of systems) this.systems.learn(system);
    for (const action of actions) this.known.learn(action);
  }

  #learnStep(action: number, before: number, earlier: number): void {
    if (this.#refusals.seen > 0)
      this.#bits.add(this.chain.bits(action, before, earlier, this.known.size));
    this.chain.learn(action, before, earlier);
  }

  #fade(atMillis: number): void {
    if (!(atMillis >= 0 && atMillis <= watchBounds.watchMillis)) {
      this.#hit('watchMillis');
      return;
    }
    const day = Math.floor(atMillis / dayMillis);
    const since = day - (this.#fadedDay ?? day);
    if (this.#fadedDay === undefined || since > 0 || since < -fadedDaysMax) this.#fadedDay = day;
    if (since <= 0) return;
    const days = Math.min(since, fadedDaysMax);
    const share = 2 ** (-days / halfLifeDays);
    this.#fanout.grow(days);
    this.#peaks.grow(days);
    this.chain.fade(share);
    for (const known of this.#sets) known.fade(share);
    this.#refusals.fade(share);
    for (const key of Object.keys(this.#habit) as (keyof HabitSums)[]) this.#habit[key] *= share;
    if (Math.floor(day / halfLifeDays) > Math.floor((day - days) / halfLifeDays)) {
      for (const sketch of [this.#bits, this.#fanout, this.#turns]) sketch.fade();
    }
  }

  #count(): Limits {
    const { kind } = this;
    const [sessions, actions] = [this.#sessions, this.#refusals.seen];
    const sums = { kind, sessions, actions, habit: this.#habit };
    return limitsOf(sums, this.#bits, this.#turns, this.#peaks, this.#fanout);
  }
}
