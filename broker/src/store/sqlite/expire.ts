import {
  type Handle,
  type SessionId,
  type Thumbprint,
  tokenLeewaySeconds,
  tokenLifetimeSecondsMax,
} from '@creance/proto';
import { type Instant, plusSeconds } from '../../domain/instant.js';
import { sessionFault } from '../../domain/session.js';
import { countUnended } from './counts.js';
import { endEntry } from './ending.js';
import type { Entry } from './entry.js';
import type { Mirror } from './mirror.js';
import { endingOnDisk } from './remembered.js';
import type { Room } from './room.js';

/** Sessions that a cut has ended and that one sweep takes out of the live ones: some milliseconds. */
export const shelvedPerSweep = 10_000;

/**
 * Ends what has passed its absolute or idle end, at most `commitRows` sessions, and forgets what ended
 * long ago, on the disk and in memory. Gives how many it ended.
 */
export function expireSessions(room: Room, now: Instant): number {
  const { mirror, journal } = room;
  const { overdue, dead } = sweep(room, now);
  for (const { session } of dead) room.keptWatch.forgetSession(session.id);
  let ended = 0;
  for (const entry of overdue) {
    // One above it that was ended just now has taken it along.
    if (!mirror.isUnended(entry)) continue;
    room.keptWatch.forgetSession(entry.session.id);
    ended += expireEntry(room, entry, now);
  }
  forget(room, now);
  journal.onCommit(() => mirror.shelve([...dead, ...overdue], now));
  return ended;
}

/** Ends one session that has passed its end; counts those below it too. */
export function expireEntry(room: Room, entry: Entry, now: Instant): number {
  const { mirror, sessions, audit, log } = room;
  const ended = countUnended(entry, mirror.cuts);
  if (hasTokens(room, entry, now)) endEntry(room, entry, 'expired');
  else {
    const ending = { as: 'expired', revision: log.head } as const;
    sessions.setEnding(entry.ordinal, ending);
    mirror.end(entry, ending);
  }
  const { id, kind, name, absoluteEndAt } = entry.session;
  audit.append({
    kind: 'session_expired',
    at: now,
    actor: 'broker',
    session: id,
    facts: { kind, name, end: now >= absoluteEndAt ? 'absolute' : 'idle', sessionsEnded: ended },
  });
  return ended;
}

/** Live sessions that have passed their end, and those that one above them or a cut has ended. */
function sweep({ mirror, limits }: Room, now: Instant): { overdue: Entry[]; dead: Entry[] } {
  const overdue: Entry[] = [];
  const dead: Entry[] = [];
  for (const entry of mirror.live.all()) {
    if (!mirror.isUnended(entry)) {
      if (dead.length < shelvedPerSweep) dead.push(entry);
    } else if (isOverdue(mirror, entry, now)) {
      overdue.push(entry);
    }
    if (overdue.length >= limits.commitRows) break;
  }
  return { overdue, dead };
}

/** Whether a session has passed its end; a hold of one above it counts too, and is looked at last. */
function isOverdue(mirror: Mirror, entry: Entry, now: Instant): boolean {
  const isPast = (session: Entry['session']) =>
    sessionFault(session, now, mirror.idleSeconds) !== undefined;
  return isPast(entry.session) && mirror.pathOf(entry).slice(-1).some(isPast);
}

/**
 * Forgets what ended long ago, on the disk, at most `commitRows` of a kind. The key of a session stays
 * known: by its evidence, or, when it was revoked or delegated, for nobody.
 */
function forget(room: Room, now: Instant): void {
  const { limits, sessions, formerKeys, joinTokens, childTokens } = room;
  const most = limits.commitRows;
  const before = plusSeconds(now, -limits.endedSessionSeconds);
  for (const row of sessions.outdated(before, most)) {
    const revoked = endingOnDisk(room, row.id as SessionId)?.as === 'revoked';
    const reusable = !revoked && row.parent === null;
    formerKeys.add(row.key as Thumbprint, reusable ? (row.evidence_key as Handle) : undefined);
    sessions.delete(row.ordinal);
  }
  joinTokens.forget(before, most);
  childTokens.forget(before, most);
  room.evidenceKeys.forget(before, most);
  room.proposals.forget(now, most);
  room.evidenceHolds.forget(now, most);
  room.watchHolds.forget(now, most);
}

/**
 * Whether a token of the session or of one below it may still live: then its end is a row of the log.
 * The last activity may be newer than what was known after a restart.
 */
function hasTokens({ limits }: Room, { session }: Entry, now: Instant): boolean {
  const seconds = limits.activityWriteSeconds + tokenLifetimeSecondsMax + tokenLeewaySeconds;
  return now < plusSeconds(session.activeAt, seconds);
}
