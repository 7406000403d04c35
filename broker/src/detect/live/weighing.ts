import type { Sighting } from '../../domain/action.js';
import type { WatchRule, Workload } from '../../domain/registry.js';
import type { Action } from '../watch/action.js';
import type { Engine, Judgement, Watched } from '../watch/engine.js';
import { Envelope } from '../watch/envelope.js';
import type { Decider } from './decide.js';
import type { Extra } from './extra-evidence.js';
import { keepPoint, type LiveSession, pointRisk } from './live-session.js';
import type { LiveSessions } from './live-sessions.js';
import { modeOf } from './modes.js';
import { Spread } from './spread.js';
import type { WatchParts } from './watch-parts.js';

/** Parts of the weighing. */
export interface WeighingParts extends Pick<WatchParts, 'registry' | 'onJudged'> {
  readonly engine: Engine;
}

/** When and where something was seen. */
export type Seen = Pick<Sighting, 'at' | 'resource' | 'action'>;

/**
 * Puts actions and other evidence through the engine, and hands what comes of it to who decides. Where rules
 * are not enforced, another state of the session takes all of them, and only tells.
 */
export class Weighing {
  readonly #parts: WeighingParts;
  readonly #sessions: LiveSessions;
  readonly #decider: Decider;

  constructor(parts: WeighingParts, sessions: LiveSessions, decider: Decider) {
    this.#parts = parts;
    this.#sessions = sessions;
    this.#decider = decider;
  }

  /** Takes an action of a session. */
  take(session: LiveSession, workload: Workload, action: Action, sighting: Sighting): void {
    const { engine, onJudged } = this.#parts;
    this.#sessions.changed(session);
    session.watched.envelope = this.#sessions.workloads.envelopeOf(workload);
    const judgement = engine.take(session.watched, action);
    if (judgement.risk >= pointRisk || session.points.length > 0) {
      const { at, resource, action: name, outcome } = sighting;
      const { risk } = judgement;
      keepPoint(session, { atMillis: at / 1_000, resource, action: name, outcome, risk });
    }
    this.#follow(session, workload, judgement);
    onJudged(session, workload, action);
    const all = this.#unsilenced(session, workload);
    if (all !== undefined) this.#decider.tell(session, workload, engine.take(all, action));
    this.#weighSpread(session, workload, action);
  }

  /** Adds evidence that no look at a single action gives: it counts where its rule is enforced. */
  add(extras: readonly Extra[], { at, resource, action }: Seen): void {
    for (const { session: id, rule, kind, added, words } of extras) {
      const session = this.#sessions.get(id);
      const workload = session && this.#parts.registry().workloads.get(session.workload);
      if (session === undefined || workload === undefined) continue;
      const term = { atMillis: at / 1_000, kind, resource, action, added, words };
      this.#weigh(session, workload, rule, term);
    }
  }

  /** What the whole tree shows by it, and no session of it alone. */
  #weighSpread(session: LiveSession, workload: Workload, action: Action): void {
    const { id, watched } = session;
    const { atMillis, resource, name } = action;
    const root = watched.tree && this.#sessions.get(session.root);
    if (root === undefined) {
      if (action.isStrong && atMillis !== undefined) noteSeen(session, atMillis, resource);
      return;
    }
    root.spread ??= new Spread(root.seen);
    for (const { rule, kind, added, words } of root.spread.take(id, watched, action))
      this.#weigh(session, workload, rule, {
        atMillis,
        kind,
        resource,
        action: name,
        added,
        words,
      });
  }

  #weigh(
    session: LiveSession,
    workload: Workload,
    rule: WatchRule | undefined,
    term: Parameters<Engine['add']>[1],
  ): void {
    const { engine } = this.#parts;
    this.#sessions.changed(session);
    session.watched.envelope = this.#sessions.workloads.envelopeOf(workload);
    if (rule === undefined || modeOf(rule, workload.responses) === 'enforce')
      this.#follow(session, workload, engine.add(session.watched, term));
    const all = this.#unsilenced(session, workload);
    if (all !== undefined) this.#decider.tell(session, workload, engine.add(all, term));
  }

  #unsilenced(session: LiveSession, { pace }: Workload): Watched | undefined {
    const { profile, envelope } = session.watched;
    if (!envelope.hasSilent) return undefined;
    session.unsilenced ??= this.#parts.engine.open(profile, new Envelope(pace));
    return session.unsilenced;
  }

  #follow(session: LiveSession, workload: Workload, judgement: Judgement): void {
    if (judgement.level !== session.imposed) this.#decider.decide(session, workload, judgement);
  }
}

/** In place: one more object an action would be felt. */
function noteSeen(session: LiveSession, atMillis: number, resource: string): void {
  const { seen } = session;
  if (seen === undefined) session.seen = { atMillis, resource };
  else {
    seen.atMillis = atMillis;
    seen.resource = resource;
  }
}
