import { ok, type Result, type Revision, refuse } from '@creance/proto';
import { mayRevalidate, pathFault, type Session } from '../../domain/session.js';
import type { RekeyRefusal, RekeySession, StoreRefusal } from '../store.js';
import { noteActivity } from './act.js';
import { isKeyTaken } from './delegation-bounds.js';
import { endEntry } from './ending.js';
import type { Entry } from './entry.js';
import type { Room } from './room.js';
import { keyFault } from './vouch.js';

type RekeyFault = Exclude<RekeyRefusal, StoreRefusal>;

/**
 * The store step of Rekey: one row of the log, and the key of before never opens anything again. Judges
 * the session before the repeat, so that a session that has ended gives nothing.
 */
export function rekeySession(room: Room, ask: RekeySession): Result<Revision, RekeyFault> {
  const { now, key, provenKey } = ask;
  const { log, sessions, formerKeys, mirror } = room;
  const entry = mirror.get(ask.session);
  if (entry === undefined) return refuse('session_unknown');
  const path = mirror.pathOf(entry);
  const held = pathFault(path, now, mirror.idleSeconds);
  const revalidates = held === 'session_suspended' && mayRevalidate(path);
  if (held !== undefined && !revalidates) return refuse(held);
  const { session } = entry;
  const earlier = session.key === key ? firstRevision(room, session) : undefined;
  if (earlier !== undefined) return ok(earlier);
  // Of two that the key of before has asked for at once, the second comes from a key that is given up.
  if (provenKey !== undefined && session.key !== provenKey) return refuse('proof_wrong_key');
  const fault = evidenceFault(room, session, ask);
  if (fault !== undefined) return refuse(fault);
  if (isKeyTaken(room, key)) return refuse('session_key_in_use');
  const revision = log.append({ kind: 'handle', handle: session.id, absolute: false });
  formerKeys.add(session.key, undefined);
  sessions.setKey(entry.ordinal, key, revision);
  mirror.rekey(entry, key, revalidates ? revision : undefined);
  if (revalidates) leaveBehind(room, entry, ask);
  else {
    noteActivity(room, entry, now);
    room.audit.append(ask.audit);
  }
  return ok(revision);
}

/**
 * What a revalidated session had given out by its key of before, which a thief may have had: children
 * without evidence of their own end, and nobody redeems its child join tokens any more. It is no activity:
 * it stays held.
 */
function leaveBehind(room: Room, entry: Entry, { audit }: RekeySession): void {
  const isSharer = (child: Entry) => !child.session.ownEvidence && room.mirror.isUnended(child);
  const sharers = [...(entry.children ?? [])].filter(isSharer);
  for (const child of sharers) endEntry(room, child, 'ended');
  room.childTokens.dropWaiting(entry.session.id);
  const facts = { ...audit.facts, childrenEnded: sharers.length };
  room.audit.append({ ...audit, kind: 'session_revalidated', facts });
}

/** Revision at which a session was bound to the key that it has; undefined for its first key. */
function firstRevision({ sessions }: Room, { id }: Session): Revision | undefined {
  return (sessions.byId(id)?.rekeyed_at ?? undefined) as Revision | undefined;
}

function evidenceFault(
  { evidenceKeys }: Room,
  session: Session,
  { evidenceKey, now }: RekeySession,
): RekeyFault | undefined {
  if (!session.ownEvidence) return 'rekey_needs_evidence';
  const known = evidenceKeys.find(evidenceKey);
  if (known === undefined || known.handle !== session.evidenceKey) return 'evidence_key_unknown';
  return keyFault(known, now);
}
