import { ok, type Result, refuse } from '@creance/proto';
import { pathFault, type Session } from '../../domain/session.js';
import type {
  DelegateRefusal,
  DelegateSession,
  NewChildJoinToken,
  StoreRefusal,
} from '../store.js';
import { ableSession, noteActivity } from './act.js';
import { delegationFault, earliestEnd, isKeyTaken } from './delegation-bounds.js';
import type { Room } from './room.js';

type DelegateFault = Exclude<DelegateRefusal, StoreRefusal>;

/** The store step of DelegateSession: a child in the same process. */
export function delegateSession(room: Room, ask: DelegateSession): Result<Session, DelegateFault> {
  const { now, key, depthMax } = ask;
  const able = ableSession(room, ask);
  if (!able.ok) return able;
  const { entry, path } = able.value;
  const earlier = liveChild(room, ask);
  if (earlier !== undefined) return ok(earlier);
  if (isKeyTaken(room, key)) return refuse('session_key_in_use');
  const { member } = entry.session;
  const fault = delegationFault(room, able.value, { depthMax, member, now, redeems: false });
  if (fault !== undefined) return refuse(fault);
  const session = childOf(room, ask, path);
  const ordinal = room.sessions.insert(session);
  room.mirror.add({ session, ordinal, ending: undefined, hold: undefined });
  noteActivity(room, entry, now);
  room.audit.append(ask.audit);
  return ok(session);
}

/** The store step of CreateChildJoinToken: it takes a place among the children. */
export function createChildJoinToken(
  room: Room,
  ask: NewChildJoinToken,
): Result<void, DelegateFault> {
  const { now, hash, task, expiresAt, depthMax } = ask;
  const able = ableSession(room, ask);
  if (!able.ok) return able;
  const member = room.members.handleOf(ask.member);
  const fault = delegationFault(room, able.value, { depthMax, member, now, redeems: false });
  if (fault !== undefined) return refuse(fault);
  room.childTokens.insert({
    hash,
    parent: ask.session,
    member: ask.member,
    absoluteEndAt: earliestEnd(able.value.path, ask.absoluteEndAt),
    task,
    expiresAt,
  });
  noteActivity(room, able.value.entry, now);
  return ok(room.audit.append(ask.audit));
}

/** The child of the same parent with the same key, if the same ask has opened it before. */
function liveChild({ mirror }: Room, { session, key, now }: DelegateSession): Session | undefined {
  const entry = mirror.byKey(key);
  const isIts = entry?.session.parent === session && !entry.session.ownEvidence;
  if (entry === undefined || !isIts) return undefined;
  const path = mirror.pathOf(entry);
  const fault = pathFault(path, now, mirror.idleSeconds);
  return fault === undefined ? path.at(-1) : undefined;
}

function childOf({ log }: Room, ask: DelegateSession, path: readonly Session[]): Session {
  const parent = path.at(-1) as Session;
  return {
    ...parent,
    id: ask.id,
    parent: parent.id,
    key: ask.key,
    ownEvidence: false,
    task: ask.task,
    openedAt: ask.now,
    openedRevision: log.head,
    absoluteEndAt: earliestEnd(path, ask.absoluteEndAt),
    activeAt: ask.now,
  };
}
