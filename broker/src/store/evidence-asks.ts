import type { Handle, Thumbprint } from '@creance/proto';
import type { AuditEvent } from '../domain/audit.js';
import type { Instant } from '../domain/instant.js';
import type { MemberRef } from '../domain/registry.js';

/** A join token to register. */
export interface NewJoinToken {
  /** SHA-256 of the token as base64url. */
  readonly hash: string;
  /** By which everybody who joined with it can be cut. */
  readonly handle: Handle;
  readonly member: MemberRef;
  readonly expiresAt: Instant;
  /** Different keys that may redeem it. */
  readonly uses: number;
  /** CIDR networks; empty means any. */
  readonly networks: readonly string[];
}

/** A registered join token. */
export interface JoinToken extends NewJoinToken {
  readonly used: number;
  /** Whether another key than the one that has redeemed it has brought it too. */
  readonly isContested: boolean;
  /** Keys that have redeemed it. */
  readonly redeemedBy: readonly Thumbprint[];
}

/** A key that brings a join token which another key has redeemed. */
export interface ContestJoinToken {
  readonly hash: string;
  readonly key: Thumbprint;
  readonly now: Instant;
  /** Gets the facts of the token, both keys and what is held. */
  readonly audit: AuditEvent;
}

/** What came of it. */
export interface JoinTokenContested {
  /** Whether this has made the token contested. */
  readonly isContested: boolean;
  readonly sessionsHeld: number;
}

/** A registered evidence key. */
export interface EvidenceKey {
  readonly key: Thumbprint;
  readonly handle: Handle;
  /** Handle of the join token that registered it. */
  readonly issuer: Handle;
  readonly member: MemberRef;
  readonly expiresAt: Instant;
  /** Since when it is registered without a break. */
  readonly registeredAt: Instant;
  /** Whether it was cut, itself or with the join token: then it opens nothing any more. */
  readonly isCut: boolean;
  /** Whether another key has brought its join token too: it opens nothing before it is registered anew. */
  readonly isContested: boolean;
  /** It opens nothing before this; in the past when it is not held. */
  readonly heldUntil: Instant;
}

/** A person or login at an identity provider. */
export interface UpstreamRef {
  readonly kind: 'principal' | 'upstream';
  /** Hash of issuer and subject, or of issuer and session id, as base64url: names are not stored. */
  readonly hash: string;
}
