import { ok, type Result, type Revision, refuse, type SessionId } from '@creance/proto';
import type { SessionEnd } from '../../domain/session.js';
import type { BeforeCut, CutDone, SessionCut, SessionWrite } from '../store.js';
import { countUnended } from './counts.js';
import { type Ending, type Entry, endingAbove, lineOf } from './entry.js';
import type { Mirror } from './mirror.js';
import { endingOnDisk } from './remembered.js';
import type { Room } from './room.js';

/**
 * Ends a session and everything below it: one row of the log, one update, whatever hangs below. Who has
 * ended already keeps the first revision.
 */
export function endSession(room: Room, { session, audit }: SessionWrite): Result<Revision, never> {
  const first = firstEnding(room, session);
  if (first !== undefined) return ok(first.revision);
  const entry = room.mirror.get(session);
  if (entry === undefined) throw new Error('a session that nobody has opened cannot be ended');
  const revision = endEntry(room, entry, 'ended');
  room.audit.append(audit);
  return ok(revision);
}

/**
 * Ends a session and everything below it for good. A cut is never lost: one that has ended in another
 * way is revoked on top, because only its own handle in the log kills the tokens it still has.
 */
export function cutSession(room: Room, ask: SessionCut): Result<CutDone, 'session_unknown'> {
  const { mirror } = room;
  const entry = mirror.get(ask.session);
  if (entry === undefined) return cutOnDisk(room, ask);
  const revoked = lineOf(entry).find(({ ending }) => ending?.as === 'revoked')?.ending;
  if (revoked !== undefined) return ok({ revision: revoked.revision, sessionsEnded: 0 });
  const sessionsEnded = countUnended(entry, mirror.cuts);
  const revision = endEntry(room, entry, 'revoked');
  room.audit.append(ask.audit);
  return ok({ revision, sessionsEnded });
}

/** Ends everything that was opened before a revision: one row of the log. */
export function cutBefore(
  { log, audit, mirror }: Room,
  ask: BeforeCut,
): Result<CutDone, 'revision_in_future'> {
  if (ask.before !== undefined && ask.before > log.head) return refuse('revision_in_future');
  return countEnded(mirror, () => {
    const { revision, before } = log.appendBefore(ask.before);
    mirror.cuts.endBefore(before);
    audit.append(ask.audit);
    return revision;
  });
}

/** Cuts in a way that leaves no mark on sessions, and counts those that ended by it. */
export function countEnded(mirror: Mirror, cut: () => Revision): Result<CutDone, never> {
  const wasLive = [...mirror.live.all()].filter((entry) => mirror.isUnended(entry));
  const revision = cut();
  const sessionsEnded = wasLive.filter((entry) => !mirror.isUnended(entry)).length;
  return ok({ revision, sessionsEnded });
}

/** Marks one session in the log, in its row and in memory. */
export function endEntry({ log, sessions, mirror }: Room, entry: Entry, as: SessionEnd): Revision {
  const revision = log.append({ kind: 'handle', handle: entry.session.id, absolute: true });
  sessions.setEnding(entry.ordinal, { as, revision });
  mirror.end(entry, { as, revision });
  return revision;
}

/** The ending of a session that ended so long ago that memory has let it go. */
function cutOnDisk(
  { log, audit, sessions }: Room,
  ask: SessionCut,
): Result<CutDone, 'session_unknown'> {
  const row = sessions.byId(ask.session);
  if (row === undefined) return refuse('session_unknown');
  if (row.ending === 'revoked') {
    return ok({ revision: row.end_revision as Revision, sessionsEnded: 0 });
  }
  const revision = log.append({ kind: 'handle', handle: ask.session, absolute: true });
  sessions.setEnding(row.ordinal, { as: 'revoked', revision });
  audit.append(ask.audit);
  return ok({ revision, sessionsEnded: 0 });
}

/** How a session has ended; undefined while it has not, and when there is no row of it. */
export function firstEnding(room: Room, id: SessionId): Pick<Ending, 'revision'> | undefined {
  const { mirror, log } = room;
  const entry = mirror.get(id);
  if (entry === undefined) return endingOnDisk(room, id);
  const ending = endingAbove(entry);
  if (ending !== undefined || mirror.isUnended(entry)) return ending;
  const line = lineOf(entry).map(({ session }) => session);
  const revision = log.read.markless(line);
  return revision === undefined ? undefined : { revision };
}
