import { ok, type Result, type Revision, refuse } from '@creance/proto';
import type { Session } from '../../domain/session.js';
import type { RekeyRefusal, RekeySession, StoreRefusal } from '../store.js';
import { ableSession, noteActivity } from './act.js';
import { isKeyTaken } from './delegation-bounds.js';
import type { Room } from './room.js';
import { keyFault } from './vouch.js';

type RekeyFault = Exclude<RekeyRefusal, StoreRefusal>;

/**
 * The store step of Rekey: one row of the log, and the key of before never opens anything again. Judges
 * the session before the repeat, so that a session that has ended gives nothing.
 */
export function rekeySession(room: Room, ask: RekeySession): Result<Revision, RekeyFault> {
  const { now, key } = ask;
  const able = ableSession(room, ask.session, now);
  if (!able.ok) return able;
  const { entry } = able.value;
  const { session } = entry;
  const earlier = session.key === key ? firstRevision(room, session) : undefined;
  if (earlier !== undefined) return ok(earlier);
  const fault = evidenceFault(room, session, ask);
  if (fault !== undefined) return refuse(fault);
  if (isKeyTaken(room, key)) return refuse('session_key_in_use');
  const { log, sessions, formerKeys, mirror, audit } = room;
  const revision = log.append({ kind: 'handle', handle: session.id, absolute: false });
  formerKeys.add(session.key, undefined);
  sessions.setKey(entry.ordinal, key, revision);
  mirror.rekey(entry, key);
  noteActivity(room, entry, now);
  audit.append(ask.audit);
  return ok(revision);
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
