import { ok, type Result, type Revision, refuse } from '@creance/proto';
import type { Instant } from '../../domain/instant.js';
import { pathFault, type Session } from '../../domain/session.js';
import type { PathRefusal, SessionWrite, StoreRefusal } from '../store.js';
import { type Entry, lineOf, pathOf } from './entry.js';
import type { Room } from './room.js';

type ActRefusal = Exclude<PathRefusal, StoreRefusal>;

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

/** Checks every session of the path, notes the activity of all of them, appends the audit event. */
function act(room: Room, { session, now, audit }: SessionWrite): Result<Entry, ActRefusal> {
  const entry = room.mirror.get(session);
  if (entry === undefined) return refuse('session_unknown');
  const path = pathOf(entry, room.mirror.before);
  const fault = pathFault(path, now, room.limits.sessionIdleSeconds);
  if (fault !== undefined) return refuse(fault);
  for (const active of lineOf(entry)) noteActivity(room, active, now);
  room.audit.append(audit);
  return ok(entry);
}

/**
 * A descendant's activity counts, so this runs for every session of a path. The row follows only now
 * and then: after a restart a session may idle out so much earlier, never later.
 */
function noteActivity({ mirror, sessions, limits }: Room, entry: Entry, now: Instant): void {
  const sinceWritten = Math.abs(now - entry.activityWrittenAt);
  const isDue = sinceWritten >= limits.activityWriteSeconds * 1_000_000;
  if (isDue) sessions.setActive(entry.ordinal, now);
  mirror.setActive(entry, now, isDue);
}
