import type { Handle, SessionId } from '@creance/proto';
import type { Sighting } from '../../domain/action.js';
import { limits } from '../../domain/limits.js';
import type { Asked } from '../../domain/policy-risk.js';
import type { Level } from '../../domain/risk.js';
import type { RefusedUse } from '../../domain/signal.js';
import { Allowance } from './allowance.js';
import { type AskedAt, AskLine } from './ask-line.js';
import { noteAsked } from './asked-scopes.js';
import { Decider } from './decide.js';
import {
  type Extra,
  ExtraEvidence,
  type UpstreamSignal,
  upstreamEvidence,
} from './extra-evidence.js';
import { type JudgedSession, LiveSessions } from './live-sessions.js';
import { OrderLine } from './order-line.js';
import { actionOf } from './to-action.js';
import type { WatchParts } from './watch-parts.js';
import { Weighing } from './weighing.js';

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
  readonly #weighing: Weighing;
  readonly #extra: ExtraEvidence;
  readonly #line: OrderLine;
  readonly #asks: AskLine;

  constructor(parts: WatchParts) {
    this.#parts = parts;
    this.#sessions = new LiveSessions(parts);
    this.#extra = new ExtraEvidence(parts.refusedKept);
    this.#line = new OrderLine({ ...parts.order, judge: (sighting) => this.#judge(sighting) });
    this.#asks = new AskLine({ ...parts.order, judge: (asked) => this.#judgeAsk(asked) });
    this.#decider = new Decider(parts, this.#sessions, new Allowance(parts.allowance));
    this.#weighing = new Weighing(parts, this.#sessions, this.#decider);
  }

  /** The sessions that are watched. */
  get sessions(): LiveSessions {
    return this.#sessions;
  }

  /** Sightings that wait for earlier ones. */
  get sightingsWaiting(): number {
    return this.#line.waiting;
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

  /** Takes what a session asks the broker for; it is judged later, whatever it is. */
  asked(asked: Asked): void {
    if (this.#sessions.of(asked.session) === undefined) return;
    this.#asks.put({ ...asked, at: this.#parts.now() });
  }

  #judgeAsk({ session: id, audience, scopes, what, at }: AskedAt): void {
    const registry = this.#parts.registry();
    const resource = registry.resourceByAudience.get(audience);
    const session = this.#sessions.get(id);
    const workload = session && registry.workloads.get(session.workload);
    if (resource === undefined || session === undefined || workload === undefined) return;
    if (what === 'token' && noteAsked(session.asked, workload, resource.name, scopes))
      this.#sessions.changed(session);
    const extras = this.#extra.ofAsked(id, resource, scopes, at);
    this.#weighing.add(extras, { at, resource: resource.name, action: '' });
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
    const envelope = this.#sessions.workloads.envelopeOf(workload);
    const seen = actionOf(sighting, { resource, envelope, path });
    const located = seen.network === undefined ? undefined : networks.locate(seen.network);
    const action = located === undefined ? seen : { ...seen, network: located.network };
    if (action.isStrong) {
      session.reporter = sighting.resource;
      session.span = sighting.span;
    }
    this.#weighing.take(session, workload, action, sighting);
    this.#weighing.add(this.#extra.of(session, action, resource, located?.place), sighting);
  }

  /** Weighs a use that a verifier has refused. */
  refused(use: RefusedUse, sighting: Sighting): void {
    const session = sighting.session && this.#sessions.of(sighting.session);
    if (session !== undefined)
      this.#weighing.add(this.#extra.ofRefused(session.id, use, sighting), sighting);
  }

  /** Weighs what an identity provider says of a login: on every watched session below it. */
  upstream(login: Handle, signal: UpstreamSignal): void {
    const at = this.#parts.now();
    const added = upstreamEvidence[signal];
    const words = `the provider of the login above it says: ${signal}`;
    for (const { id } of this.#sessions.below(login)) {
      const extra: Extra = { session: id, rule: 'upstream', kind: 'upstream', added, words };
      this.#weighing.add([extra], { at, resource: '', action: '' });
    }
  }

  /** Ends watching sessions that have ended, at most so many; calm ones teach their workloads. */
  sweep(most: number): void {
    const { store, now } = this.#parts;
    for (const session of this.#sessions.next(most)) {
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
    const resumed = this.#sessions.get(id);
    if (resumed === undefined) return;
    for (const session of this.#sessions.ofTree(resumed.root)) {
      if (!store.path(session.id).some((above) => above.id === id)) continue;
      session.imposed = 'calm';
      this.#sessions.changed(session);
      for (const state of [session.watched, session.watched.tree, session.unsilenced])
        if (state !== undefined) engine.forgive(state);
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
    this.#asks.flush();
    this.#line.flush();
    return this.#decider.settled();
  }
}
