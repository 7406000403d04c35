import type { Result, Thumbprint } from '@creance/proto';
import type { Denial } from '../domain/denial.js';
import type { Instant } from '../domain/instant.js';
import type { MemberRef } from '../domain/registry.js';

/** What a caller presents. */
export type Evidence =
  | { readonly kind: 'join-token'; readonly joinToken: string; readonly assertion: string }
  | { readonly kind: 'key-assertion'; readonly assertion: string };

/** What evidence stands for. */
export interface Attested {
  readonly member: MemberRef;
  readonly evidenceKey: Thumbprint;
  /** SHA-256 of the join token to redeem, as base64url; undefined when none comes along. */
  readonly joinTokenHash: string | undefined;
}

/** The call that evidence came with. */
export interface Presentation {
  /** Thumbprint of the key that signed the call's proof: the session key to be. */
  readonly sessionKey: Thumbprint;
  readonly address: string;
  readonly now: Instant;
}

/** The code that turns one kind of evidence into a member. */
export type Attestor<Kind extends Evidence['kind']> = (
  evidence: Extract<Evidence, { kind: Kind }>,
  presentation: Presentation,
) => Promise<Result<Attested, Denial>>;
