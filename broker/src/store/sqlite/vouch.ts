import { type Handle, ok, type Result, refuse, type Thumbprint } from '@creance/proto';
import { type Instant, plusSeconds } from '../../domain/instant.js';
import type { MemberRef } from '../../domain/registry.js';
import type { EvidenceKey, OpenRefusal, OpenSession, StoreRefusal } from '../store.js';
import type { Room } from './room.js';

/** Why the store step of OpenSession refuses. */
export type OpenFault = Exclude<OpenRefusal, StoreRefusal>;

/** Why a registered key speaks for nobody now. */
export type KeyFault =
  | 'evidence_key_revoked'
  | 'evidence_key_expired'
  | 'evidence_contested'
  | 'evidence_held';

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
  /** Since when it is registered without a break. */
  readonly registeredAt: Instant;
}

/** Judges the evidence of a session against what is registered. Writes nothing. */
export function judgeEvidence(room: Room, ask: OpenSession): Result<Vouched, OpenFault> {
  return ask.evidence.kind === 'join-token'
    ? byJoinToken(room, ask, ask.evidence)
    : byKey(room, ask, ask.evidence.key);
}

/** Why a registered key speaks for nobody at `now`. A cut is named first: it is for good. */
export function keyFault(known: EvidenceKey, now: Instant): KeyFault | undefined {
  if (known.isCut) return 'evidence_key_revoked';
  if (now >= known.expiresAt) return 'evidence_key_expired';
  if (known.isContested) return 'evidence_contested';
  return now < known.heldUntil ? 'evidence_held' : undefined;
}

function byKey(
  { evidenceKeys }: Room,
  { member, now }: OpenSession,
  key: Thumbprint,
): Result<Vouched, OpenFault> {
  const known = evidenceKeys.find(key);
  if (known === undefined || !isSame(known.member, member)) return refuse('evidence_key_unknown');
  const fault = keyFault(known, now);
  return fault === undefined ? ok(registered(known)) : refuse(fault);
}

/**
 * A key that has redeemed the token is registered and needs no use of it, nor its life. Another one
 * takes a use when the transaction writes. No other join token brings a key that was cut or is held back.
 */
function byJoinToken(
  room: Room,
  ask: OpenSession,
  presented: Extract<OpenSession['evidence'], { kind: 'join-token' }>,
): Result<Vouched, OpenFault> {
  const { joinTokens, evidenceKeys, limits } = room;
  const { key } = presented;
  const token = joinTokens.findAlone(presented.hash);
  if (token === undefined || !isSame(token.member, ask.member)) return refuse('join_token_unknown');
  if (token.isCut || evidenceKeys.isCut(key)) return refuse('evidence_key_revoked');
  if (joinTokens.isRedeemedBy(token.hash, key)) return byKey(room, ask, key);
  if (token.used >= token.uses) return refuse('join_token_used');
  if (ask.now >= token.expiresAt) return refuse('join_token_expired');
  const known = evidenceKeys.find(key);
  if (known !== undefined && ask.now < known.heldUntil) return refuse('evidence_held');
  const isKnown = known !== undefined && ask.now < known.expiresAt;
  const isSettled = isKnown && !known.isContested;
  // One evidence key, one member: else its holder would speak as another without noticing.
  if (isKnown && !isSame(known.member, ask.member)) return refuse('evidence_key_in_use');
  const most = plusSeconds(ask.now, limits.evidenceKeySeconds);
  return ok({
    key,
    handle: known?.handle ?? presented.freshHandle,
    issuer: token.handle,
    expiresAt: Math.min(presented.keyExpiresAt, most) as Instant,
    hash: token.hash,
    isNew: !isKnown,
    registeredAt: isSettled ? known.registeredAt : ask.now,
  });
}

/** The bound of keys of one member. */
export function keysFault(
  { evidenceKeys, limits }: Room,
  { member, now }: OpenSession,
  { isNew }: Vouched,
): 'keys_limit' | undefined {
  const most = limits.evidenceKeysPerMember;
  return isNew && evidenceKeys.count(member, now, most) >= most ? 'keys_limit' : undefined;
}

/** Redeems the join token of evidence that was judged, if one must be, and registers the key. */
export function redeemEvidence(
  { joinTokens, evidenceKeys }: Room,
  { member, now }: OpenSession,
  { hash, key, handle, issuer, expiresAt, registeredAt }: Vouched,
): boolean {
  if (hash === undefined) return true;
  if (!joinTokens.redeem(hash, key, now)) return false;
  evidenceKeys.save({ key, handle, issuer, expiresAt, registeredAt, member });
  return true;
}

function registered({ key, handle, issuer, expiresAt, registeredAt }: EvidenceKey): Vouched {
  return { key, handle, issuer, expiresAt, registeredAt, hash: undefined, isNew: false };
}

/** Whether two names are of one member. */
export function isSame(one: MemberRef, other: MemberRef): boolean {
  return one.kind === other.kind && one.name === other.name;
}
