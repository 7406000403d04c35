import { ok, type Result, type Thumbprint } from '@creance/proto';
import type { EmergencyRefusal, EmergencySessions } from '../emergency/emergency-sessions.js';
import { emergencySession } from '../emergency/session-of.js';
import type { OpenedSession, OpenSession } from '../store.js';
import type { Room } from './room.js';
import { judgeEvidence, type OpenFault } from './vouch.js';

/** A session without a row, and by which evidence. */
export interface OpenedInEmergency {
  readonly opened: OpenedSession;
  readonly key: Thumbprint;
  readonly issuer: string;
}

/**
 * Opens a session of an operator or a verifier in memory, by an evidence key that is registered: who is to cut, and
 * who is to hear of it. Undefined for anybody else, and where the disk cannot be read.
 */
export function openInEmergency(
  room: Room,
  { ask, sessions }: { readonly ask: OpenSession; readonly sessions: EmergencySessions },
): Result<OpenedInEmergency, OpenFault | EmergencyRefusal> | undefined {
  const { member, evidence, child, now } = ask;
  if (member.kind === 'workload' || evidence.kind !== 'key-assertion' || child !== undefined)
    return undefined;
  let vouched: ReturnType<typeof judgeEvidence>;
  try {
    vouched = judgeEvidence(room, ask);
  } catch {
    return undefined;
  }
  if (!vouched.ok) return vouched;
  const { issuer, expiresAt } = vouched.value;
  const opened = sessions.open(emergencySession(ask, vouched.value, room.log.head), now, ask.audit);
  if (!opened.ok) return opened;
  const answer = { session: opened.value, evidenceKeyExpiresAt: expiresAt };
  return ok({ opened: answer, key: evidence.key, issuer });
}
