import { ok, type Result, refuse, type Thumbprint } from '@creance/proto';
import { pathFault, type Session } from '../../domain/session.js';
import type { ChildJoinToken, OpenSession } from '../store.js';
import { ableSession, noteActivity } from './act.js';
import { delegationFault, earliestEnd, isKeyTaken } from './delegation-bounds.js';
import { openedWith } from './opened-with.js';
import type { Room } from './room.js';
import { isSame, keysFault, type OpenFault, redeemEvidence, type Vouched } from './vouch.js';

/** A child on another host, with evidence that was judged. */
export interface ChildAsk {
  readonly ask: OpenSession;
  readonly child: NonNullable<OpenSession['child']>;
  readonly vouched: Vouched;
}

/**
 * Redeems a child join token. The session key that has redeemed it gets its child again; another one
 * learns that somebody was there before.
 */
export function openChild(room: Room, asked: ChildAsk): Result<Session, OpenFault> {
  const { ask, child } = asked;
  const token = room.childTokens.find(child.hash);
  if (token === undefined || !isSame(token.member, ask.member)) {
    return refuse('child_join_token_unknown');
  }
  if (token.redeemedBy !== undefined) return again(room, asked, token, token.redeemedBy);
  if (ask.now >= token.expiresAt) return refuse('child_join_token_expired');
  return redeem(room, asked, token);
}

function again(
  { mirror }: Room,
  { ask, vouched }: ChildAsk,
  token: ChildJoinToken,
  redeemedBy: Thumbprint,
): Result<Session, OpenFault> {
  const entry = redeemedBy === ask.key ? mirror.byKey(ask.key) : undefined;
  const path = entry === undefined ? [] : mirror.pathOf(entry);
  const session = path.at(-1);
  const isIts = session?.parent === token.parent && session.evidenceKey === vouched.handle;
  if (session === undefined || !isIts) return refuse('child_join_token_used');
  const fault = pathFault(path, ask.now, mirror.idleSeconds);
  return fault === undefined ? ok(session) : refuse(fault);
}

function redeem(
  room: Room,
  { ask, child, vouched }: ChildAsk,
  token: ChildJoinToken,
): Result<Session, OpenFault> {
  const { now, key } = ask;
  const able = ableSession(room, { session: token.parent, now });
  if (!able.ok) return able;
  if (isKeyTaken(room, key)) return refuse('session_key_in_use');
  const { member } = ask.handles;
  const bounds = { depthMax: child.depthMax, member, now, redeems: true };
  const fault = delegationFault(room, able.value, bounds) ?? keysFault(room, ask, vouched);
  if (fault !== undefined) return refuse(fault);
  if (!room.childTokens.redeem(token.hash, key, now)) return refuse('child_join_token_used');
  if (!redeemEvidence(room, ask, vouched)) throw new Error('evidence that was judged is gone');
  const session = childOf(room, { ask, vouched, token, path: able.value.path });
  const ordinal = room.sessions.insert(session);
  room.mirror.add({ session, ordinal, ending: undefined, hold: undefined });
  noteActivity(room, able.value.entry, now);
  room.audit.append(ask.audit);
  return ok(session);
}

interface ChildParts {
  readonly ask: OpenSession;
  readonly vouched: Vouched;
  readonly token: ChildJoinToken;
  readonly path: readonly Session[];
}

function childOf(room: Room, { ask, vouched, token, path }: ChildParts): Session {
  const parent = path.at(-1) as Session;
  return {
    ...parent,
    ...openedWith(room, ask, vouched),
    parent: parent.id,
    task: token.task,
    absoluteEndAt: earliestEnd(path, ask.absoluteEndAt, token.absoluteEndAt),
  };
}
