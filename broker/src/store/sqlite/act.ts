import { ok, type Result, type Revision, refuse } from '@creance/proto';
import type { Instant } from '../../domain/instant.js';
import { pathFault, type Session } from '../../domain/session.js';
import type { PathRefusal, SessionWrite, StoreRefusal } from '../store.js';
import { type Entry, lineOf } from './entry.js';
import type { Room } from './room.js';

/** Why a session does not act. */
export type ActRefusal = Exclude<PathRefusal, StoreRefusal>;

/** A session that may act, with its path. */
export interface Able {
  readonly entry: Entry;
  readonly path: readonly Session[];
}

/** The store step of IssueToken: the head of the log is the `rev` of the token to mint. */
export function issueToken(room: Room, ask: SessionWrite): Result<Revision, ActRefusal> {
  const acted = act(room, ask);
  return acted.ok ? ok(room.log.head) : acted;
}

/** The store step of Renew. */
export function renewSession(room: Room, ask: SessionWrite): Result<Session, ActRefusal> {
  const acted = act(room, ask);
  return acted.ok ? ok(acted.value.session) : acted;
}

/** Who is to act, when, and by which key it has said so. */
type Acting = Pick<SessionWrite, 'session' | 'now' | 'provenKey'>;

/** Checks every session of the path, and that the session still has the key that it has spoken by. */
export function ableSession(
  { mirror }: Room,
  { session, now, provenKey }: Acting,
): Result<Able, ActRefusal> {
  const entry = mirror.get(session);
  if (entry === undefined) return refuse('session_unknown');
  const path = mirror.pathOf(entry);
  const fault = pathFault(path, now, mirror.idleSeconds);
  if (fault !== undefined) return refuse(fault);
  // A rekey that came between the proof and this step: nothing is given to the key of before.
  const isBoundAnew = provenKey !== undefined && entry.session.key !== provenKey;
  return isBoundAnew ? refuse('proof_wrong_key') : ok({ entry, path });
}

/** Notes the activity of a session and of all above it: a descendant's activity counts. */
export function noteActivity(room: Room, entry: Entry, now: Instant): void {
  for (const active of lineOf(entry)) noteOwnActivity(room, active, now);
}

/** Checks every session of the path, notes the activity of all of them, appends the audit event. */
function act(room: Room, ask: SessionWrite): Result<Entry, ActRefusal> {
  const { now, audit } = ask;
  const able = ableSession(room, ask);
  if (!able.ok) return able;
  noteActivity(room, able.value.entry, now);
  room.audit.append(audit);
  return ok(able.value.entry);
}

/**
 * The row follows only now and then: after a restart a session may idle out so much earlier, never
 * later.
 */
function noteOwnActivity({ mirror, sessions, limits }: Room, entry: Entry, now: Instant): void {
  const sinceWritten = Math.abs(now - entry.activityWrittenAt);
  const isDue = sinceWritten >= limits.activityWriteSeconds * 1_000_000;
  if (isDue) sessions.setActive(entry.ordinal, now);
  mirror.setActive(entry, now, isDue);
}
