import type { Handle, SessionId } from '@creance/proto';
import type { CurrentRegistry } from '../../domain/registry.js';
import { levelOf } from '../../domain/risk.js';
import type { Session } from '../../domain/session.js';
import type { Store } from '../../store/store.js';
import type { Engine, Watched } from '../watch/engine.js';
import type { WorkloadProfile } from '../watch/workload-profile.js';
import type { KeptSession } from './kept-session.js';
import type { LiveSession } from './live-session.js';
import { openLive } from './open-live.js';
import { Changed, Round } from './rounds.js';
import { Trees } from './trees.js';
import { WatchedWorkloads } from './watched-workloads.js';

/** Parts of the sessions that are watched. */
export interface LiveSessionsParts {
  readonly engine: Engine;
  readonly store: Pick<Store, 'path'>;
  readonly registry: CurrentRegistry;
}

/** A session with its risk, as of its last action or at its end, and the highest that it had. */
export interface JudgedSession {
  readonly session: LiveSession;
  readonly risk: number;
  readonly peak: number;
}

/** Ended sessions that were decided about and can still be explained: the latest. */
const endedKept = 1_000;

/** The sessions that are watched, and the histories of their workloads. */
export class LiveSessions {
  readonly #parts: LiveSessionsParts;
  readonly #sessions = new Map<SessionId, LiveSession>();
  readonly #ended = new Map<SessionId, JudgedSession>();
  readonly #closed: SessionId[] = [];
  readonly #changed = new Changed<LiveSession>();
  readonly #trees = new Trees();
  readonly #round: Round<LiveSession>;
  /** The workloads that they are of. */
  readonly workloads: WatchedWorkloads;
  #kept: ReadonlyMap<SessionId, KeptSession> = new Map();

  constructor(parts: LiveSessionsParts) {
    this.#parts = parts;
    this.#round = new Round(() => this.#sessions.values());
    this.workloads = new WatchedWorkloads(parts.engine);
  }

  /** One that is watched already. */
  get(id: SessionId): LiveSession | undefined {
    return this.#sessions.get(id);
  }

  /** The histories by workload. */
  profiles(): ReadonlyMap<string, WorkloadProfile> {
    return this.workloads.profiles();
  }

  /**
   * The session of an id and everything above it, watched from now on; undefined when it is of no workload, or
   * has ended.
   */
  of(id: SessionId): LiveSession | undefined {
    const found = this.#sessions.get(id);
    if (found !== undefined) return found;
    let above: LiveSession | undefined;
    const path = this.#parts.store.path(id);
    if (path.at(-1)?.end !== undefined) return undefined;
    for (const session of path) {
      above = this.#sessions.get(session.id) ?? this.#watch(session, above);
      if (above === undefined) return undefined;
    }
    return above;
  }

  /**
   * Watches sessions again as they were kept before a restart, whatever they do next: who was narrowed
   * stays so. What is no snapshot is left out, and the session begins anew.
   */
  restore(kept: ReadonlyMap<SessionId, KeptSession>): void {
    this.#kept = kept;
    for (const id of kept.keys()) this.of(id);
    this.#kept = new Map();
  }

  /** The watched sessions of a tree. */
  ofTree(root: SessionId): readonly LiveSession[] {
    return this.#trees.of(root);
  }

  /** The watched sessions below a login. */
  below(login: Handle): readonly LiveSession[] {
    return this.#trees.below(login);
  }

  /** The next ones of a round through all, at most so many. */
  next(most: number): Iterable<LiveSession> {
    return this.#round.next(most);
  }

  /** Notes that a session is not what was kept of it any more, nor is the tree that its root is kept with. */
  changed(session: LiveSession): void {
    this.#changed.add(session);
    const root = session.watched.tree && this.#sessions.get(session.root);
    if (root !== undefined) this.#changed.add(root);
  }

  /** Takes sessions that have changed since they were taken, at most so many. */
  takeChanged(most: number): readonly LiveSession[] {
    return this.#changed.take(most);
  }

  /** One that is watched no more but was decided about: what it was then, for explaining. */
  ended(id: SessionId): JudgedSession | undefined {
    return this.#ended.get(id);
  }

  /** Ends watching a session that has ended. Its workload learns from it when it was calm. */
  close(session: LiveSession, atMillis: number): void {
    const { engine } = this.#parts;
    if (session.decisions.length > 0) this.#remember(session);
    const workload = this.#parts.registry().workloads.get(session.workload);
    const isCalm = this.#isCalm(session);
    if (isCalm && workload !== undefined && session.asked.size > 0)
      this.workloads.asked.note(workload, session.asked);
    // Where rules are silent, calm is who was calm by all of them.
    const teacher = session.watched.envelope.hasSilent ? session.unsilenced : session.watched;
    for (const state of [session.watched, session.unsilenced])
      if (state) engine.close(state, atMillis, isCalm && state === teacher ? 'when calm' : 'never');
    this.#sessions.delete(session.id);
    this.#trees.remove(session);
    this.#changed.delete(session);
    this.#closed.push(session.id);
    const { tree } = session.watched;
    if (session.id === session.root && tree !== undefined) engine.close(tree, atMillis, 'never');
  }

  /** Sessions that are watched no more since this was asked last. */
  takeClosed(): readonly SessionId[] {
    return this.#closed.splice(0);
  }

  #remember(session: LiveSession): void {
    const [oldest] = this.#ended.keys();
    if (this.#ended.size >= endedKept && oldest !== undefined) this.#ended.delete(oldest);
    this.#ended.set(session.id, { session, ...this.#parts.engine.riskOf(session.watched) });
  }

  #watch(session: Session, above: LiveSession | undefined): LiveSession | undefined {
    const workload = this.#parts.registry().workloads.get(session.name);
    if (session.kind !== 'workload' || workload === undefined) return undefined;
    const root = above && (this.#sessions.get(above.root) ?? above);
    const kept = this.#kept.get(session.id);
    const begun = { session, workload, parent: above, root, kept };
    const live = openLive(this.#parts.engine, this.workloads, begun);
    if (live === undefined) return undefined;
    this.#sessions.set(session.id, live);
    this.#trees.add(live, above === undefined ? session.upstream : undefined);
    this.changed(live);
    return live;
  }

  #isCalm({ imposed, watched, unsilenced }: LiveSession): boolean {
    const calm = (state: Watched | undefined) =>
      state === undefined || levelOf(this.#parts.engine.riskOf(state).peak) === 'calm';
    return imposed === 'calm' && [watched, watched.tree, unsilenced].every(calm);
  }
}
