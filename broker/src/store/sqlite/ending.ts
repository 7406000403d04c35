import { ok, type Result, type Revision, refuse, type SessionId } from '@creance/proto';
import type { AuditEvent } from '../../domain/audit.js';
import type { SessionEnd } from '../../domain/session.js';
import type { BeforeCut, CutDone, SessionCut, SessionWrite } from '../store.js';
import { countUnended } from './counts.js';
import { type Ending, type Entry, endingAbove, lineOf } from './entry.js';
import { reachBelow, reachOf, withEffect } from './reach.js';
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
  const sessionsEnded = countUnended(entry, room.mirror.cuts);
  const reach = reachBelow(room, entry);
  const revision = endEntry(room, entry, 'ended');
  room.audit.append(withEffect(audit, { revision, sessionsEnded }, reach));
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
  const reach = reachBelow(room, entry);
  const revision = endEntry(room, entry, 'revoked');
  room.audit.append(withEffect(ask.audit, { revision, sessionsEnded }, reach));
  return ok({ revision, sessionsEnded });
}

/** Ends everything that was opened before a revision: one row of the log. */
export function cutBefore(room: Room, ask: BeforeCut): Result<CutDone, 'revision_in_future'> {
  const { log, mirror } = room;
  if (ask.before !== undefined && ask.before > log.head) return refuse('revision_in_future');
  const done = countEnded(room, ask.audit, () => {
    const { revision, before } = log.appendBefore(ask.before);
    mirror.cuts.endBefore(before);
    return revision;
  });
  return ok(done);
}

/** Cuts in a way that leaves no mark on sessions, counts those that ended by it, and writes both down. */
export function countEnded(room: Room, event: AuditEvent, cut: () => Revision): CutDone {
  const { mirror, audit } = room;
  const wasLive = [...mirror.live.all()].filter((entry) => mirror.isUnended(entry));
  const revision = cut();
  const ended = wasLive.filter((entry) => !mirror.isUnended(entry));
  const done = { revision, sessionsEnded: ended.length };
  audit.append(withEffect(event, done, reachOf(room, ended)));
  return done;
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
  audit.append(withEffect(ask.audit, { revision, sessionsEnded: 0 }));
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
