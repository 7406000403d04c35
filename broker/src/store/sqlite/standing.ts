import type { Revision } from '@creance/proto';
import type { Instant } from '../../domain/instant.js';
import type { HoldCause, Session, SessionEnd } from '../../domain/session.js';
import type { Cuts } from './cuts.js';
import { type Entry, type Hold, lineOf } from './entry.js';

/** What holds for a session by itself and by those above it. */
export interface Standing {
  readonly end: SessionEnd | undefined;
  readonly suspendedAt: Revision | undefined;
  readonly heldFor: HoldCause | undefined;
  /** Of the whole path, in the order of their beginning. */
  readonly holds: readonly Hold[];
}

/** What ends, and after how many seconds without activity. */
export interface Endings {
  readonly cuts: Cuts;
  readonly idleSeconds: number;
}

/** What holds for whatever hangs below nothing: a cut "before" ends whole trees. */
export function standingAboveRoot({ session }: Entry, { cuts }: Endings): Standing {
  const end = session.openedRevision < cuts.before ? 'revoked' : undefined;
  return { end, suspendedAt: undefined, heldFor: undefined, holds: [] };
}

/** What holds for a session, from what holds for its parent. Its own end is named first. */
export function standingOf(entry: Entry, above: Standing, { cuts }: Endings): Standing {
  const { session, ending, hold } = entry;
  return {
    end: ending?.as ?? (cuts.endsByHandle(session) ? 'revoked' : above.end),
    suspendedAt: session.suspendedAt ?? above.suspendedAt,
    heldFor: session.heldFor ?? above.heldFor,
    holds: hold === undefined ? above.holds : byBeginning([...above.holds, hold]),
  };
}

/**
 * A session as it stands. Its idle clock rests while it or one above it is held. One that had idled out
 * before it was held has ended: a hold revives nobody.
 */
export function sessionStanding(
  { session }: Entry,
  standing: Standing,
  { idleSeconds }: Endings,
): Session {
  const { suspendedAt, heldFor, holds } = standing;
  const activeAt = restedActivity(session.activeAt, holds, idleSeconds * 1_000_000);
  const wasIdle = suspendedAt !== undefined && activeAt !== undefined;
  const end = standing.end ?? (wasIdle ? 'expired' : undefined);
  if (activeAt === session.activeAt && end === session.end && suspendedAt === session.suspendedAt) {
    return session;
  }
  return { ...session, end, suspendedAt, heldFor, activeAt: activeAt ?? session.activeAt };
}

/** The path from the root to an entry, each session with the end and the hold that hold for it. */
export function pathOf(entry: Entry, endings: Endings): Session[] {
  const line = lineOf(entry);
  let standing = standingAboveRoot(line[0] ?? entry, endings);
  return line.map((each) => {
    standing = standingOf(each, standing, endings);
    return sessionStanding(each, standing, endings);
  });
}

/** The last activity with the end of each hold in which the session was taken along; undefined in one. */
function restedActivity(
  activeAt: Instant,
  holds: readonly Hold[],
  idleMicros: number,
): Instant | undefined {
  let active = activeAt;
  for (const { from, to } of holds) {
    if (from >= active + idleMicros) continue;
    if (to === undefined) return undefined;
    if (to > active) active = to;
  }
  return active;
}

function byBeginning(holds: readonly Hold[]): readonly Hold[] {
  return holds.toSorted((one, other) => one.from - other.from);
}
