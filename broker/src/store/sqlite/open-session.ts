import { type Handle, ok, type Result, refuse } from '@creance/proto';
import { pathFault, type Session } from '../../domain/session.js';
import type { OpenedSession, OpenSession } from '../store.js';
import { expireEntry } from './expire.js';
import { countOfMember } from './listing.js';
import { openChild } from './open-child.js';
import { openedWith } from './opened-with.js';
import { endingOnDisk } from './remembered.js';
import type { Room } from './room.js';
import { judgeEvidence, keysFault, type OpenFault, redeemEvidence, type Vouched } from './vouch.js';

/**
 * The store step of OpenSession: judges the evidence, gives a live session of the same two keys again,
 * keeps the bounds, and only then writes: redemption, evidence key, session and audit event.
 */
export function openSession(room: Room, ask: OpenSession): Result<OpenedSession, OpenFault> {
  const vouched = judgeEvidence(room, ask);
  if (!vouched.ok) return vouched;
  const opened =
    ask.child === undefined
      ? openRoot(room, ask, vouched.value)
      : openChild(room, { ask, child: ask.child, vouched: vouched.value });
  if (!opened.ok) return opened;
  return ok({ session: opened.value, evidenceKeyExpiresAt: vouched.value.expiresAt });
}

function openRoot(room: Room, ask: OpenSession, vouched: Vouched): Result<Session, OpenFault> {
  const earlier = earlierSession(room, ask, vouched.handle);
  if (!earlier.ok) return earlier;
  if (earlier.value !== undefined) return ok(earlier.value);
  const fault = sessionsFault(room, ask) ?? keysFault(room, ask, vouched);
  if (fault !== undefined) return refuse(fault);
  if (!redeemEvidence(room, ask, vouched)) return refuse('join_token_used');
  retire(room, ask);
  const session = rootOf(room, ask, vouched);
  const ordinal = room.sessions.insert(session);
  room.mirror.add({ session, ordinal, ending: undefined, hold: undefined });
  room.audit.append(ask.audit);
  return ok(session);
}

/**
 * One key, one live session. The live root comes again for the same member with the same evidence key; a
 * key that has served other evidence, a child, or a session that was revoked, opens nothing any more.
 */
function earlierSession(
  room: Room,
  ask: OpenSession,
  evidenceKey: Handle,
): Result<Session | undefined, 'session_key_in_use' | 'session_suspended'> {
  const { mirror } = room;
  const entry = mirror.byKey(ask.key);
  const path = entry === undefined ? [] : mirror.pathOf(entry);
  const live = path.at(-1);
  const fault = pathFault(path, ask.now, mirror.idleSeconds);
  const isOwn = live !== undefined && isOwnRoot(live, ask, evidenceKey);
  if (live !== undefined && (fault === undefined || fault === 'session_suspended')) {
    if (!isOwn) return refuse('session_key_in_use');
    // Another session of the key would be a way out of the hold.
    return fault === undefined ? ok(live) : refuse(fault);
  }
  return mayReuse(room, ask, evidenceKey) ? ok(undefined) : refuse('session_key_in_use');
}

function isOwnRoot(session: Session, { member }: OpenSession, evidenceKey: Handle): boolean {
  const { parent, kind, name } = session;
  const ofMember = kind === member.kind && name === member.name;
  return parent === undefined && ofMember && session.evidenceKey === evidenceKey;
}

function mayReuse(room: Room, { key }: OpenSession, evidenceKey: Handle): boolean {
  if (!room.formerKeys.isFreeFor(key, evidenceKey)) return false;
  const last = room.sessions.lastByKey(key);
  if (last === undefined) return true;
  const revoked = endingOnDisk(room, last.id as Session['id'])?.as === 'revoked';
  return last.evidence_key === evidenceKey && last.parent === null && !revoked;
}

/** The bound of live sessions of one member. */
function sessionsFault(
  { mirror, limits }: Room,
  { handles, now }: OpenSession,
): 'sessions_limit' | undefined {
  const enough = limits.sessionsPerMember;
  const count = countOfMember(mirror, { member: handles.member, now, enough });
  return count >= enough ? 'sessions_limit' : undefined;
}

/** Ends the earlier session of a key for good, so that no step of the clock can give the key two. */
function retire(room: Room, { key, now }: OpenSession): void {
  const earlier = room.mirror.byKey(key);
  if (earlier !== undefined && room.mirror.isUnended(earlier)) expireEntry(room, earlier, now);
}

function rootOf(room: Room, ask: OpenSession, vouched: Vouched): Session {
  return {
    ...openedWith(room, ask, vouched),
    parent: undefined,
    principal: ask.principal,
    upstream: ask.upstream,
    task: ask.task,
    transaction: ask.transaction,
    absoluteEndAt: ask.absoluteEndAt,
    end: undefined,
    suspendedAt: undefined,
    heldFor: undefined,
    revalidatedAt: undefined,
  };
}
