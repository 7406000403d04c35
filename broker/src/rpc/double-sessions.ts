import type { Handle, Revision, SessionId } from '@creance/proto';
import { type Instant, plusSeconds } from '../domain/instant.js';
import type { MemberKind } from '../domain/registry.js';
import type { Session } from '../domain/session.js';
import { sessionIdOf } from '../doubles/ids.js';
import { sessionOf } from '../doubles/sessions.js';
import { systemClock } from '../runtime/clock.js';
import type { LogRow, Store } from '../store/store.js';

/** For tests: sessions in memory, root by root, with what ends, holds and lets them go. */
export class DoubleSessions implements Pick<Store, 'path' | 'onLog' | 'onResume'> {
  readonly #sessions = new Map<SessionId, Session>();
  readonly #log = new Set<(rows: readonly LogRow[]) => void>();
  readonly #resumed = new Set<(session: SessionId) => void>();
  #revision = 100;

  /** The live session `kind:name`, made when it is named first, a child where a parent is named. */
  named(kind: MemberKind, name: string, parent?: SessionId): Session {
    const id = sessionIdOf(`${kind}:${name}`);
    const known = this.#sessions.get(id);
    if (known !== undefined) return known;
    const now = systemClock.now();
    const lives = { openedAt: now, activeAt: now, absoluteEndAt: plusSeconds(now, 3_600) };
    const session = sessionOf(`${kind}:${name}`, { id, kind, name, parent, ...lives });
    this.#sessions.set(id, session);
    return session;
  }

  path(id: SessionId): readonly Session[] {
    const session = this.#sessions.get(id);
    if (session === undefined) return [];
    return session.parent === undefined ? [session] : [...this.path(session.parent), session];
  }

  onLog(listener: (rows: readonly LogRow[]) => void): () => void {
    this.#log.add(listener);
    return () => this.#log.delete(listener);
  }

  onResume(listener: (session: SessionId) => void): () => void {
    this.#resumed.add(listener);
    return () => this.#resumed.delete(listener);
  }

  /** Whether anybody listens. */
  get isHeard(): boolean {
    return this.#log.size > 0;
  }

  /** Changes a session without a word. */
  set(id: SessionId, parts: Partial<Session>): void {
    const session = this.#sessions.get(id);
    if (session !== undefined) this.#sessions.set(id, { ...session, ...parts });
  }

  /** Ends a session and tells who listens, by any handle. */
  cut(id: SessionId, end: Session['end'] = 'revoked', handle: Handle = id): void {
    this.set(id, { end });
    this.row({ kind: 'handle', handle, absolute: true });
  }

  /** Holds a session. */
  suspend(id: SessionId): void {
    this.set(id, { suspendedAt: this.#revision as Revision });
    this.row({ kind: 'handle', handle: id, absolute: false });
  }

  /** Lets a session go. */
  resume(id: SessionId): void {
    this.set(id, { suspendedAt: undefined });
    for (const listener of this.#resumed) listener(id);
  }

  /** Lets a session idle out. */
  idle(id: SessionId): void {
    this.set(id, { activeAt: 0 as Instant });
  }

  /** Forgets a session, as long after its end. */
  forget(id: SessionId): void {
    this.#sessions.delete(id);
  }

  /** Tells who listens of a row. */
  row(entry: LogRow['entry']): void {
    this.#revision += 1;
    for (const listener of this.#log) listener([{ revision: this.#revision as Revision, entry }]);
  }
}
