import { silencedRules } from '../live/modes.js';
import type { BoundHit } from '../watch/bounds.js';
import { Engine } from '../watch/engine.js';
import { Histories } from './histories.js';
import { type Declared, Played, type ProfileOf, type SilentOf } from './played.js';
import type { RecordedAction, RecordedSession } from './recorded-session.js';
import { Tally, type Verdict } from './verdict.js';

/** Every rule counts when history teaches: what is calm is calm whatever is enforced. */
const none: SilentOf = () => new Set();
/** A rule that is named in a milder mode adds nothing; the mode of the workload itself silences none. */
const named: SilentOf = ({ responses }) => silencedRules(responses);

/** Plays history through the engine that runs live, on the clock of the history itself. */
export class Backtest {
  readonly #engine: Engine;
  readonly #histories: Histories;
  readonly #declaredOf: (actor: string) => Declared | undefined;

  /** `declaredOf` gives what a policy declares of an actor; `hit` is told of bounds of the watch. */
  constructor(
    declaredOf: (actor: string) => Declared | undefined = () => undefined,
    hit: BoundHit = () => {},
  ) {
    this.#engine = new Engine(hit);
    this.#histories = new Histories(this.#engine, hit);
    this.#declaredOf = declaredOf;
  }

  /** Learns from a session, unless it is labelled attack. */
  learn(session: RecordedSession): void {
    if (session.label === 'attack') return;
    for (const actions of byActor(session.before)) this.#teach(this.#histories, actions);
    this.#teach(this.#histories, session.actions);
  }

  /**
   * Judges a session by what was learned. Nothing is learned from it, so that verdicts do not depend on
   * the order of sessions; what goes before in an incident is known to that incident only.
   */
  judge(session: RecordedSession): Verdict {
    const played = this.#play(this.#profileFor(session), named);
    const tally = new Tally();
    for (const recorded of session.actions) {
      const { risk, level } = played.take(recorded);
      tally.note(recorded, risk, level);
    }
    const signals = played.signals();
    const { mode } = played;
    played.close('never', 0);
    return tally.verdict(session, mode, signals);
  }

  #teach(histories: Histories, actions: readonly RecordedAction[]): void {
    histories.date(actions);
    const played = this.#play((actor, kind) => histories.of(actor, kind), none);
    for (const recorded of actions) played.take(recorded);
    played.close('always', histories.now);
  }

  #profileFor({ before }: RecordedSession): ProfileOf {
    if (before.length === 0)
      return (actor, kind) => this.#histories.find(actor) ?? this.#engine.profile(kind);
    const histories = this.#histories.copy();
    for (const actions of byActor(before)) this.#teach(histories, actions);
    return (actor, kind) => histories.of(actor, kind);
  }

  #play(profileOf: ProfileOf, silentOf: SilentOf): Played {
    return new Played(this.#engine, profileOf, this.#declaredOf, silentOf);
  }
}

function byActor(actions: readonly RecordedAction[]): readonly (readonly RecordedAction[])[] {
  return [...Map.groupBy(actions, ({ actor }) => actor).values()];
}
