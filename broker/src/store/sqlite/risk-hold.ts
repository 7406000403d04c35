import { type Handle, ok, type Result } from '@creance/proto';
import type { Instant } from '../../domain/instant.js';
import type { CutDone, RiskHeld, RiskHold } from '../store.js';
import { type Entry, lineOf, rootOf } from './entry.js';
import { reachBelow, withEffect } from './reach.js';
import type { Room } from './room.js';
import { type HoldFault, heldFacts, holdFor, isHeldFor, unendedSession } from './suspending.js';

/**
 * The store step of a suspension for risk. Of a tree the session itself is held too, so that it must be
 * revalidated by itself: a new key of the root says nothing about its own.
 */
export function suspendForRisk(room: Room, ask: RiskHold): Result<RiskHeld, HoldFault> {
  const found = unendedSession(room, ask);
  if (!found.ok) return found;
  const entry = found.value;
  const top = ask.tree ? rootOf(entry) : entry;
  const toHold = [...new Set([entry, top])];
  const evidence = ask.holdEvidence
    ? unheldEvidence(room, ask.tree ? lineOf(entry) : toHold, top, ask.now)
    : [];
  const isNews = evidence.length > 0 || toHold.some((each) => !isHeldFor(each, 'watch'));
  const reach = reachBelow(room, top);
  const done = toHold.map((each) => holdFor(room, each, ask.now, 'watch'));
  const { revision } = done.at(-1) as CutDone;
  for (const handle of evidence) room.watchHolds.hold(handle, ask.now, revision);
  const sessionsEnded = done.reduce((sum, each) => sum + each.sessionsEnded, 0);
  const session = top.session.id;
  const did = { ...heldFacts({ revision, sessionsEnded }), onSession: session };
  if (isNews) room.audit.append(withEffect(ask.audit, did, reach));
  return ok({ session, revision, sessionsEnded });
}

/** The evidence of sessions that was not held yet when they were, or when the topmost was. */
function unheldEvidence(
  { watchHolds }: Room,
  entries: readonly Entry[],
  top: Entry,
  now: Instant,
): readonly Handle[] {
  const isHeld = ({ session: { suspendedAt, evidenceKey } }: Entry) => {
    const since = suspendedAt ?? top.session.suspendedAt;
    const hold = watchHolds.recent(evidenceKey, now);
    return since !== undefined && hold !== undefined && hold.revision >= since;
  };
  const handleOf = ({ session }: Entry) => session.evidenceKey;
  const held = new Set(entries.filter(isHeld).map(handleOf));
  return [...new Set(entries.map(handleOf))].filter((handle) => !held.has(handle));
}
