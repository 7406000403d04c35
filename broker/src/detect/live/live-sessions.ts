import type { SessionId } from '@creance/proto';
import type { CurrentRegistry, Workload } from '../../domain/registry.js';
import type { Session } from '../../domain/session.js';
import type { Store } from '../../store/store.js';
import type { Engine } from '../watch/engine.js';
import { Envelope } from '../watch/envelope.js';
import type { WorkloadProfile } from '../watch/workload-profile.js';
import type { KeptSession, LiveSession } from './live-session.js';
import { silentRules } from './modes.js';

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
  readonly #profiles = new Map<string, WorkloadProfile>();
  readonly #envelopes = new WeakMap<Workload, Envelope>();
  readonly #ended = new Map<SessionId, JudgedSession>();
  readonly #closed: SessionId[] = [];
  #kept: ReadonlyMap<SessionId, KeptSession> = new Map();

  constructor(parts: LiveSessionsParts) {
    this.#parts = parts;
  }

  /** All that are watched. */
  all(): IterableIterator<LiveSession> {
    return this.#sessions.values();
  }

  /** One that is watched already. */
  get(id: SessionId): LiveSession | undefined {
    return this.#sessions.get(id);
  }

  /** The histories by workload. */
  profiles(): ReadonlyMap<string, WorkloadProfile> {
    return this.#profiles;
  }

  /** Takes a history that was kept. */
  restoreProfile(workload: string, profile: WorkloadProfile): void {
    this.#profiles.set(workload, profile);
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
    return [...this.#sessions.values()].filter((session) => session.root === root);
  }

  /** One that is watched no more but was decided about: what it was then, for explaining. */
  ended(id: SessionId): JudgedSession | undefined {
    return this.#ended.get(id);
  }

  /** Ends watching a session that has ended. Its workload learns from it when it was calm. */
  close(session: LiveSession, atMillis: number): void {
    const { engine } = this.#parts;
    if (session.decisions.length > 0) this.#remember(session);
    engine.close(session.watched, atMillis, session.imposed === 'calm' ? 'when calm' : 'never');
    if (session.unsilenced !== undefined) engine.close(session.unsilenced, atMillis, 'never');
    this.#sessions.delete(session.id);
    this.#closed.push(session.id);
    const { tree } = session.watched;
    if (session.id === session.root && tree !== undefined) engine.close(tree, atMillis, 'never');
  }

  /** Sessions that are watched no more since this was asked last. */
  takeClosed(): readonly SessionId[] {
    return this.#closed.splice(0);
  }

  /** What is declared of a workload as the registry has it now, and the rules that are not enforced. */
  envelopeOf(workload: Workload): Envelope {
    const found = this.#envelopes.get(workload);
    if (found !== undefined) return found;
    const made = new Envelope(workload.pace, silentRules(workload.responses));
    this.#envelopes.set(workload, made);
    return made;
  }

  #remember(session: LiveSession): void {
    const [oldest] = this.#ended.keys();
    if (this.#ended.size >= endedKept && oldest !== undefined) this.#ended.delete(oldest);
    this.#ended.set(session.id, { session, ...this.#parts.engine.riskOf(session.watched) });
  }

  #watch(session: Session, above: LiveSession | undefined): LiveSession | undefined {
    const workload = this.#parts.registry().workloads.get(session.name);
    if (session.kind !== 'workload' || workload === undefined) return undefined;
    const { engine } = this.#parts;
    const profile = this.#profileOf(workload);
    const envelope = this.envelopeOf(workload);
    const kept = this.#kept.get(session.id);
    const watched =
      (kept && engine.restore(kept.snapshot, profile, envelope)) ??
      engine.open(profile, envelope, above?.watched);
    if (watched === undefined) return undefined;
    const root = above && (this.#sessions.get(above.root) ?? above);
    if (root !== undefined) {
      root.watched.tree ??= engine.openTree(root.watched);
      watched.tree = root.watched.tree;
    }
    const live: LiveSession = {
      id: session.id,
      parent: session.parent,
      root: root?.id ?? session.id,
      workload: workload.name,
      watched,
      unsilenced: undefined,
      imposed: kept?.imposed ?? 'calm',
      endedAtMillis: undefined,
      isChanged: true,
      reporter: '',
      place: undefined,
      points: [],
      decisions: [],
    };
    this.#sessions.set(session.id, live);
    return live;
  }

  #profileOf({ name, class: kind }: Workload): WorkloadProfile {
    const found = this.#profiles.get(name);
    if (found?.kind === kind) return found;
    const profile = this.#parts.engine.profile(kind);
    this.#profiles.set(name, profile);
    return profile;
  }
}
