import { ok, type Result, refuse, type SessionId } from '@creance/proto';
import type { AuditEvent } from '../../domain/audit.js';
import { type Instant, plusSeconds } from '../../domain/instant.js';
import { limits } from '../../domain/limits.js';
import type { Session } from '../../domain/session.js';

/** Why no session is opened without a store. */
export type EmergencyRefusal = 'sessions_limit' | 'session_key_in_use';

/**
 * Sessions of operators and verifiers that were opened while no store could take them: in memory alone, for
 * `limits.emergencySessionSeconds`. They are what a cut is made with and what the feed is read with; nothing can
 * be issued under one, since every such write needs the store.
 */
export class EmergencySessions {
  readonly #isCut: (session: Session) => boolean;
  readonly #sessions = new Map<SessionId, Session>();
  #unrecorded: AuditEvent[] = [];

  constructor(isCut: (session: Session) => boolean) {
    this.#isCut = isCut;
  }

  /** How many there are. */
  get size(): number {
    return this.#sessions.size;
  }

  /** The session alone, as it stands; empty when there is none. */
  path(id: SessionId): readonly Session[] {
    const session = this.#sessions.get(id);
    if (session === undefined) return [];
    return [this.#isCut(session) ? { ...session, end: 'revoked' } : session];
  }

  /** The name of whoever acts by a session; undefined when it is none of these. */
  nameOf(id: string): string | undefined {
    return this.#sessions.get(id as SessionId)?.name;
  }

  /** The records of those that were opened and are in no audit yet: for the first group that is committed. */
  get unrecorded(): readonly AuditEvent[] {
    return this.#unrecorded;
  }

  /** The audit has them. */
  recorded(): void {
    this.#unrecorded = [];
  }

  /** Opens a session; the same key with the same evidence gets its own again. */
  open(session: Session, now: Instant, audit: AuditEvent): Result<Session, EmergencyRefusal> {
    this.#forget(now);
    const live = [...this.#sessions.values()].filter((one) => !this.#isCut(one));
    const own = live.find(({ key }) => key === session.key);
    if (own !== undefined)
      return own.evidenceKey === session.evidenceKey ? ok(own) : refuse('session_key_in_use');
    const ofKey = live.filter(({ evidenceKey }) => evidenceKey === session.evidenceKey);
    const isFull = this.#sessions.size >= limits.emergencySessions;
    if (isFull || ofKey.length >= limits.emergencySessionsPerKey) return refuse('sessions_limit');
    const most = plusSeconds(now, limits.emergencySessionSeconds);
    const absoluteEndAt = Math.min(session.absoluteEndAt, most) as Instant;
    const opened = { ...session, absoluteEndAt };
    this.#sessions.set(session.id, opened);
    this.#unrecorded.push(audit);
    return ok(opened);
  }

  /** Ends a session; false when it is none of these. */
  end(id: SessionId): boolean {
    return this.#sessions.delete(id);
  }

  #forget(now: Instant): void {
    for (const [id, { absoluteEndAt }] of this.#sessions) {
      if (now >= absoluteEndAt) this.#sessions.delete(id);
    }
  }
}
