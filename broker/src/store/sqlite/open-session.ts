import { type Handle, ok, type Result, refuse } from '@creance/proto';
import type { Instant } from '../../domain/instant.js';
import { pathFault, type Session } from '../../domain/session.js';
import type { OpenedSession, OpenRefusal, OpenSession, StoreRefusal } from '../store.js';
import { pathOf } from './entry.js';
import { expireEntry } from './expire.js';
import { endingOnDisk } from './remembered.js';
import type { Room } from './room.js';
import { judgeEvidence, type Vouched } from './vouch.js';

/** Why the store step itself refuses. */
export type OpenFault = Exclude<OpenRefusal, StoreRefusal>;

/**
 * The store step of OpenSession: judges the evidence, gives a live session of the same two keys again,
 * keeps the bounds, and only then writes: redemption, evidence key, session and audit event.
 */
export function openSession(room: Room, ask: OpenSession): Result<OpenedSession, OpenFault> {
  const vouched = judgeEvidence(room, ask);
  if (!vouched.ok) return vouched;
  const earlier = earlierSession(room, ask, vouched.value.handle);
  if (!earlier.ok) return earlier;
  if (earlier.value !== undefined) {
    return ok({ session: earlier.value, evidenceKeyExpiresAt: vouched.value.expiresAt });
  }
  const fault = boundFault(room, ask, vouched.value);
  if (fault !== undefined) return refuse(fault);
  return write(room, ask, vouched.value);
}

/**
 * One key, one live session. The live one comes again for the same member with the same evidence key; a
 * key that has served other evidence, or whose session was revoked, opens nothing any more.
 */
function earlierSession(
  room: Room,
  { key, member, now }: OpenSession,
  evidenceKey: Handle,
): Result<Session | undefined, 'session_key_in_use'> {
  const entry = room.mirror.byKey(key);
  const path = entry === undefined ? [] : pathOf(entry, room.mirror.before);
  const live = path.at(-1);
  if (live !== undefined && pathFault(path, now, room.limits.sessionIdleSeconds) === undefined) {
    const same = live.evidenceKey === evidenceKey;
    const ofMember = live.kind === member.kind && live.name === member.name;
    return same && ofMember ? ok(live) : refuse('session_key_in_use');
  }
  const last = room.sessions.lastByKey(key);
  if (last === undefined) return ok(undefined);
  const revoked = endingOnDisk(room, last.id as Session['id'])?.as === 'revoked';
  const reusable = last.evidence_key === evidenceKey && !revoked;
  return reusable ? ok(undefined) : refuse('session_key_in_use');
}

function boundFault(room: Room, ask: OpenSession, vouched: Vouched): OpenFault | undefined {
  const { mirror, evidence, limits } = room;
  const { sessionsPerMember, sessionIdleSeconds, evidenceKeysPerMember } = limits;
  const sessions = mirror.countOfMember(
    ask.handles.member,
    ask.now,
    sessionIdleSeconds,
    sessionsPerMember,
  );
  if (sessions >= sessionsPerMember) return 'sessions_limit';
  if (!vouched.isNew) return undefined;
  const keys = evidence.countKeys(ask.member, ask.now, evidenceKeysPerMember);
  return keys >= evidenceKeysPerMember ? 'keys_limit' : undefined;
}

function write(room: Room, ask: OpenSession, vouched: Vouched): Result<OpenedSession, OpenFault> {
  const { mirror, sessions, evidence, audit } = room;
  const { hash } = vouched;
  if (hash !== undefined) {
    if (!evidence.redeem(hash, vouched.key, ask.now)) return refuse('join_token_used');
    evidence.saveKey({ ...vouched, member: ask.member });
  }
  retire(room, ask.key, ask.now);
  const session = sessionOf(room, ask, vouched);
  mirror.add({ session, ordinal: sessions.insert(session), ending: undefined });
  audit.append(ask.audit);
  return ok({ session, evidenceKeyExpiresAt: vouched.expiresAt });
}

/** Ends the earlier session of a key for good, so that no step of the clock can give the key two. */
function retire(room: Room, key: OpenSession['key'], now: Instant): void {
  const earlier = room.mirror.byKey(key);
  if (earlier !== undefined && room.mirror.isUnended(earlier)) expireEntry(room, earlier, now);
}

function sessionOf({ log }: Room, ask: OpenSession, vouched: Vouched): Session {
  return {
    id: ask.id,
    parent: undefined,
    kind: ask.member.kind,
    name: ask.member.name,
    member: ask.handles.member,
    owner: ask.handles.owner,
    key: ask.key,
    evidenceIssuer: vouched.issuer,
    evidenceKey: vouched.handle,
    transaction: ask.transaction,
    openedAt: ask.now,
    openedRevision: log.head,
    absoluteEndAt: ask.absoluteEndAt,
    activeAt: ask.now,
    end: undefined,
  };
}
