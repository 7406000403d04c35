import { type Handle, ok, type Result, refuse, type Thumbprint } from '@creance/proto';
import { type Instant, plusSeconds } from '../../domain/instant.js';
import type { MemberRef } from '../../domain/registry.js';
import type { EvidenceKey, OpenRefusal, OpenSession, StoreRefusal } from '../store.js';
import type { Room } from './room.js';

type EvidenceRefusal = Exclude<OpenRefusal, StoreRefusal>;

/** The evidence key that speaks for a session. */
export interface Vouched {
  readonly key: Thumbprint;
  readonly handle: Handle;
  /** Handle of the join token that registered it. */
  readonly issuer: Handle;
  readonly expiresAt: Instant;
  /** The join token that must still be redeemed for it. */
  readonly hash: string | undefined;
  /** Whether its member holds one key more with it. */
  readonly isNew: boolean;
}

/** Judges the evidence of a session against what is registered. Writes nothing. */
export function judgeEvidence(room: Room, ask: OpenSession): Result<Vouched, EvidenceRefusal> {
  return ask.evidence.kind === 'join-token'
    ? byJoinToken(room, ask, ask.evidence)
    : byKey(room, ask, ask.evidence.key);
}

function byKey(
  { evidence }: Room,
  { member, now }: OpenSession,
  key: Thumbprint,
): Result<Vouched, EvidenceRefusal> {
  const known = evidence.key(key);
  if (known === undefined || !isSame(known.member, member)) return refuse('evidence_key_unknown');
  return now >= known.expiresAt ? refuse('evidence_key_expired') : ok(registered(known));
}

/**
 * A key that has redeemed the token is registered and needs no use of it, nor its life. Another one
 * takes a use when the transaction writes.
 */
function byJoinToken(
  room: Room,
  ask: OpenSession,
  presented: Extract<OpenSession['evidence'], { kind: 'join-token' }>,
): Result<Vouched, EvidenceRefusal> {
  const { evidence, limits } = room;
  const token = evidence.tokenAlone(presented.hash);
  if (token === undefined || !isSame(token.member, ask.member)) return refuse('join_token_unknown');
  if (evidence.isRedeemedBy(token.hash, presented.key)) return byKey(room, ask, presented.key);
  if (token.used >= token.uses) return refuse('join_token_used');
  if (ask.now >= token.expiresAt) return refuse('join_token_expired');
  const known = evidence.key(presented.key);
  const isKnown = known !== undefined && ask.now < known.expiresAt;
  // One evidence key, one member: else its holder would speak as another without noticing.
  if (isKnown && !isSame(known.member, ask.member)) return refuse('evidence_key_in_use');
  const most = plusSeconds(ask.now, limits.evidenceKeySeconds);
  return ok({
    key: presented.key,
    handle: known?.handle ?? presented.freshHandle,
    issuer: token.handle,
    expiresAt: Math.min(presented.keyExpiresAt, most) as Instant,
    hash: token.hash,
    isNew: !isKnown,
  });
}

function registered({ key, handle, issuer, expiresAt }: EvidenceKey): Vouched {
  return { key, handle, issuer, expiresAt, hash: undefined, isNew: false };
}

function isSame(one: MemberRef, other: MemberRef): boolean {
  return one.kind === other.kind && one.name === other.name;
}
