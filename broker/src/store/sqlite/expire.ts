import { tokenLeewaySeconds, tokenLifetimeSecondsMax } from '@creance/proto';
import { type Instant, plusSeconds } from '../../domain/instant.js';
import { sessionFault } from '../../domain/session.js';
import { endEntry } from './ending.js';
import { countUnended, type Entry } from './entry.js';
import type { Room } from './room.js';

/** Sessions that a cut has ended and that one sweep takes out of the live ones: some milliseconds. */
export const shelvedPerSweep = 10_000;

/**
 * Ends what has passed its absolute or idle end, at most `commitRows` sessions, and forgets what ended
 * long ago, on the disk and in memory. Gives how many it ended.
 */
export function expireSessions(room: Room, now: Instant): number {
  const { mirror, limits, sessions, evidence, journal } = room;
  const { overdue, dead } = sweep(room, now);
  let ended = 0;
  for (const entry of overdue) {
    // One above it that was ended just now has taken it along.
    if (!mirror.isUnended(entry)) continue;
    ended += expireEntry(room, entry, now);
  }
  const forgetBefore = plusSeconds(now, -limits.endedSessionSeconds);
  sessions.forget(forgetBefore, limits.commitRows);
  evidence.forget(forgetBefore, limits.commitRows);
  journal.onCommit(() => mirror.shelve([...dead, ...overdue], now));
  return ended;
}

/** Ends one session that has passed its end; counts those below it too. */
export function expireEntry(room: Room, entry: Entry, now: Instant): number {
  const { mirror, sessions, audit, log } = room;
  const ended = countUnended(entry, mirror.before);
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
  for (const entry of mirror.live()) {
    if (!mirror.isUnended(entry)) {
      if (dead.length < shelvedPerSweep) dead.push(entry);
    } else if (sessionFault(entry.session, now, limits.sessionIdleSeconds) !== undefined) {
      overdue.push(entry);
    }
    if (overdue.length >= limits.commitRows) break;
  }
  return { overdue, dead };
}

/**
 * Whether a token of the session or of one below it may still live: then its end is a row of the log.
 * The last activity may be newer than what was known after a restart.
 */
function hasTokens({ limits }: Room, { session }: Entry, now: Instant): boolean {
  const seconds = limits.activityWriteSeconds + tokenLifetimeSecondsMax + tokenLeewaySeconds;
  return now < plusSeconds(session.activeAt, seconds);
}
