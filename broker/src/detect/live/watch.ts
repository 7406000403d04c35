import type { Handle, SessionId } from '@creance/proto';
import type { Sighting } from '../../domain/action.js';
import { limits } from '../../domain/limits.js';
import type { Workload } from '../../domain/registry.js';
import type { Level } from '../../domain/risk.js';
import type { RefusedUse } from '../../domain/signal.js';
import type { Action } from '../watch/action.js';
import type { Judgement } from '../watch/engine.js';
import { Envelope } from '../watch/envelope.js';
import { Allowance } from './allowance.js';
import { Decider } from './decide.js';
import {
  type Extra,
  ExtraEvidence,
  type UpstreamSignal,
  upstreamEvidence,
} from './extra-evidence.js';
import { keepPoint, type LiveSession, pointRisk } from './live-session.js';
import { type JudgedSession, LiveSessions } from './live-sessions.js';
import { modeOf } from './modes.js';
import { OrderLine } from './order-line.js';
import { actionOf } from './to-action.js';
import type { WatchParts } from './watch-parts.js';

/** Milliseconds for which reports of an ended session may still come: they are never older. */
const lateMillis = limits.observationAgeSeconds * 1_000;

/** What the watch knows of a session, for explaining. */
export interface Explained extends JudgedSession {
  readonly level: Level;
}

/**
 * The live watch: every sighting of a workload's session goes through the engine, and what comes of it is
 * answered in proportion. Observing and narrowing are marks in memory that the next mint reads; suspending
 * is a row of the log.
 */
export class Watch {
  readonly #parts: WatchParts;
  readonly #sessions: LiveSessions;
  readonly #decider: Decider;
  readonly #extra: ExtraEvidence;
  readonly #line: OrderLine;

  constructor(parts: WatchParts) {
    this.#parts = parts;
    this.#sessions = new LiveSessions(parts);
    this.#extra = new ExtraEvidence(parts.refusedKept);
    this.#line = new OrderLine({ ...parts.order, judge: (sighting) => this.#judge(sighting) });
    this.#decider = new Decider(parts, this.#sessions, new Allowance(parts.allowance));
  }

  /** The sessions that are watched. */
  get sessions(): LiveSessions {
    return this.#sessions;
  }

  /** What a session itself is under; what is above it counts for it too, and is asked for by itself. */
  levelOf(id: SessionId): Level {
    return this.#sessions.get(id)?.imposed ?? 'calm';
  }

  /** Takes a sighting; it is judged when nothing earlier is to be expected. */
  take(sighting: Sighting): void {
    // Watched from the first sight on: a short session may have ended before it is judged.
    if (sighting.session === undefined || this.#sessions.of(sighting.session) === undefined) return;
    this.#line.put(sighting);
  }

  #judge(sighting: Sighting): void {
    if (sighting.session === undefined) return;
    const session = this.#sessions.of(sighting.session);
    const { networks } = this.#parts;
    const registry = this.#parts.registry();
    const workload = session && registry.workloads.get(session.workload);
    if (session === undefined || workload === undefined) return;
    const resource = registry.resources.get(sighting.resource);
    const path = this.#parts.store.path(session.id);
    const envelope = this.#sessions.envelopeOf(workload);
    const seen = actionOf(sighting, { resource, envelope, path });
    const located = seen.network === undefined ? undefined : networks.locate(seen.network);
    const action = located === undefined ? seen : { ...seen, network: located.network };
    session.isChanged = true;
    if (action.isStrong) session.reporter = sighting.resource;
    session.watched.envelope = envelope;
    this.#follow(session, workload, this.#parts.engine.take(session.watched, action), sighting);
    this.#takeUnsilenced(session, workload, action);
    this.#add(this.#extra.of(session, action, resource, located?.place), sighting);
  }

  /** Weighs a use that a verifier has refused. */
  refused(use: RefusedUse, sighting: Sighting): void {
    const session = sighting.session && this.#sessions.of(sighting.session);
    if (session !== undefined)
      this.#add(this.#extra.ofRefused(session.id, use, sighting), sighting);
  }

  /** Weighs what an identity provider says of a login: on every watched session below it. */
  upstream(login: Handle, signal: UpstreamSignal): void {
    const at = this.#parts.now();
    const added = upstreamEvidence[signal];
    const words = `the provider of the login above it says: ${signal}`;
    for (const { id } of this.#sessions.all()) {
      if (this.#parts.store.path(id)[0]?.upstream !== login) continue;
      const extra: Extra = { session: id, rule: 'upstream', kind: 'upstream', added, words };
      this.#add([extra], { at, resource: '', action: '' });
    }
  }

  /** Ends watching sessions that have ended, at most so many; calm ones teach their workloads. */
  sweep(most: number): void {
    const { store, now } = this.#parts;
    let looked = 0;
    for (const session of this.#sessions.all()) {
      if (looked >= most) return;
      looked += 1;
      const own = store.path(session.id).at(-1);
      if (own !== undefined && own.end === undefined) continue;
      // A witness may still have something to say of it.
      session.endedAtMillis ??= now() / 1_000;
      if (now() / 1_000 - session.endedAtMillis >= lateMillis)
        this.#sessions.close(session, now() / 1_000);
    }
  }

  /** A person has let a session go: what it and those below it were under is past. */
  resumed(id: SessionId): void {
    const { store, engine } = this.#parts;
    for (const session of this.#sessions.all()) {
      if (!store.path(session.id).some((above) => above.id === id)) continue;
      session.imposed = 'calm';
      session.isChanged = true;
      engine.forgive(session.watched);
      if (session.watched.tree !== undefined) engine.forgive(session.watched.tree);
    }
  }

  /** What is known of a session; undefined when it is not watched, nor was decided about lately. */
  explain(id: SessionId): Explained | undefined {
    const session = this.#sessions.get(id);
    if (session === undefined) {
      const ended = this.#sessions.ended(id);
      return ended && { ...ended, level: ended.session.imposed };
    }
    return { session, ...this.#parts.engine.riskOf(session.watched), level: this.levelOf(id) };
  }

  /** Resolves when every response under way is durable. */
  settled(): Promise<void> {
    this.#line.flush();
    return this.#decider.settled();
  }

  /** Where rules are not enforced, another state of the session takes all of them, and only tells. */
  #takeUnsilenced(session: LiveSession, workload: Workload, action: Action): void {
    if (!session.watched.envelope.hasSilent) return;
    const { engine } = this.#parts;
    session.unsilenced ??= engine.open(session.watched.profile, new Envelope(workload.pace));
    if (session.unsilenced === undefined) return;
    const judgement = engine.take(session.unsilenced, action);
    this.#decider.tell(session, workload, judgement);
  }

  #add(
    extras: readonly Extra[],
    { at, resource, action }: Pick<Sighting, 'at' | 'resource' | 'action'>,
  ): void {
    for (const { session: id, rule, kind, added, words } of extras) {
      const session = this.#sessions.get(id);
      const workload = session && this.#parts.registry().workloads.get(session.workload);
      if (session === undefined || workload === undefined) continue;
      if (rule !== undefined && modeOf(rule, workload.responses) !== 'enforce') continue;
      const term = { atMillis: at / 1_000, kind, resource, action, added, words };
      this.#follow(session, workload, this.#parts.engine.add(session.watched, term), undefined);
    }
  }

  #follow(
    session: LiveSession,
    workload: Workload,
    judgement: Judgement,
    sighting: Sighting | undefined,
  ): void {
    if (sighting !== undefined && (judgement.risk >= pointRisk || session.points.length > 0)) {
      const { at, resource, action, outcome } = sighting;
      keepPoint(session, { atMillis: at / 1_000, resource, action, outcome, risk: judgement.risk });
    }
    if (judgement.level !== session.imposed) this.#decider.decide(session, workload, judgement);
  }
}
