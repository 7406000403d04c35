import type { SessionId } from '@creance/proto';
import type { FailureReason } from './failures.js';

/** A genuine proof by the key of the token that it came with. */
export interface SeenProof {
  /** Its JWS compact form. */
  readonly text: string;
  /** Its `ctr`; undefined when it has none. */
  readonly counter: number | undefined;
  /** Its `iat`, Unix seconds. */
  readonly issuedAt: number;
}

/** Token and proof by which a leak can be proved. Bearer material: never logged, kept only to be sent. */
export interface SeenForeignProof {
  readonly token: string;
  /** SHA-256 of the token as base64url. */
  readonly tokenHash: string;
  /** A proof for the token, well-formed and well signed by another key than the token's. */
  readonly proof: string;
}

/**
 * What a verifier has seen of one request. It holds what may be said and nothing else: of a token that
 * is not genuine nothing at all, of one made out to another resource its hash, of one made out to this
 * resource the session.
 */
export interface Sighting {
  /** Name of the action: a route template or a registered name. */
  readonly action: string;
  /** Why the request was refused; undefined when it was allowed. */
  readonly refusal: FailureReason | undefined;
  /** Session of a genuine token made out to this resource. */
  readonly sessionId: SessionId | undefined;
  /** SHA-256 of a genuine token that is for somebody else, as base64url. */
  readonly tokenHash: string | undefined;
  readonly proof: SeenProof | undefined;
  /** Only with a `sessionId`. */
  readonly foreignProof: SeenForeignProof | undefined;
}

/**
 * Takes what a verifier has seen. Both methods are called while a caller waits: they return at once,
 * wait for nothing and never throw.
 */
export interface Witness {
  /** Notes one request that was judged. */
  note(sighting: Sighting): void;
  /**
   * Whether a proof by another key for this token is worth the signature check now. A thief who sends
   * thousands must not buy thousands of checks.
   */
  wantsForeignProof(tokenHash: string): boolean;
}
