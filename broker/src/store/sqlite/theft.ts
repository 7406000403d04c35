import { type Handle, ok, type Result } from '@creance/proto';
import type { Instant } from '../../domain/instant.js';
import type { CutDone, SessionCut, TheftAnswered } from '../store.js';
import { countUnended } from './counts.js';
import { endEntry } from './ending.js';
import { type Entry, lineOf, rootOf } from './entry.js';
import { reachBelow, withEffect } from './reach.js';
import type { Room } from './room.js';
import { type HoldFault, heldFacts, holdFor, unendedSession } from './suspending.js';

/**
 * The store step that answers a cloned key. Facts about a tree that is held already may be older than the
 * hold: they hold what evidence is not held yet, and revoke nothing.
 */
export function answerTheft(room: Room, ask: SessionCut): Result<TheftAnswered, HoldFault> {
  const found = unendedSession(room, ask);
  if (!found.ok) return found;
  const root = rootOf(found.value);
  const judged = judgeEvidence(room, found.value, ask.now);
  const isRepeated = judged.some(({ state }) => state === 'again');
  const answer = isRepeated ? 'revoked' : 'suspended';
  const unanswered = judged.filter(({ state }) => state !== 'answered');
  const session = root.session.id;
  const { suspendedAt } = root.session;
  if (unanswered.length === 0 && suspendedAt !== undefined) {
    return ok({ answer, session, revision: suspendedAt, sessionsEnded: 0 });
  }
  const reach = reachBelow(room, root);
  const done = isRepeated ? revoke(room, root) : holdFor(room, root, ask.now, 'theft');
  for (const { handle } of unanswered) room.evidenceHolds.hold(handle, ask.now, done.revision);
  const did = isRepeated ? { ...done } : heldFacts(done);
  room.audit.append(withEffect(ask.audit, { ...did, answer, onSession: session }, reach));
  return ok({ ...done, answer, session });
}

interface Judged {
  readonly handle: Handle;
  /** `answered`: held with the root, which still is. `again`: held before, and not quiet since. */
  readonly state: 'first' | 'answered' | 'again';
}

/** The evidence of each session of the path. */
function judgeEvidence({ evidenceHolds }: Room, entry: Entry, now: Instant): readonly Judged[] {
  const line = lineOf(entry);
  const { suspendedAt } = (line[0] ?? entry).session;
  const handles = new Set(line.map(({ session }) => session.evidenceKey));
  return [...handles].map((handle) => {
    const hold = evidenceHolds.recent(handle, now);
    if (hold === undefined) return { handle, state: 'first' };
    const isAnswered = suspendedAt !== undefined && hold.revision >= suspendedAt;
    return { handle, state: isAnswered ? 'answered' : 'again' };
  });
}

function revoke(room: Room, root: Entry): CutDone {
  const sessionsEnded = countUnended(root, room.mirror.cuts);
  return { revision: endEntry(room, root, 'revoked'), sessionsEnded };
}
