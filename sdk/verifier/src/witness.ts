import type { Handle, SessionId } from '@creance/proto';
import type { SeenDestinations } from './destinations.js';
import type { FailureReason } from './failures.js';
import type { SpanReference } from './telemetry/reference.js';

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

/** Where a request came from, folded. */
export interface SeenOrigin {
  /** Whether an address was seen, and not only that of a proxy. */
  readonly isSeen: boolean;
  /** First 3 bytes of an IPv4 address, first 6 of an IPv6 address; empty when unknown or this host. */
  readonly network: Uint8Array;
  /** Family of the client; empty when unknown. */
  readonly client: string;
}

/**
 * What a verifier has seen of one request. It holds what may be said and nothing else: of a token that
 * is not genuine nothing at all, of one made out to another resource its hash, of one made out to this
 * resource the session.
 */
export interface Sighting {
  /** Name of the action: a route template or a registered name. */
  readonly action: string;
  /**
   * The id that the agent gave the action, well-formed; only with a `proof`. It is the requester's word: the
   * same one may come with any number of actions.
   */
  readonly actionId?: Handle | undefined;
  /** Why the request was refused; undefined when it was allowed. */
  readonly refusal: FailureReason | undefined;
  /** Session of a genuine token made out to this resource. */
  readonly sessionId: SessionId | undefined;
  /** SHA-256 of a genuine token that is for somebody else, as base64url. */
  readonly tokenHash: string | undefined;
  readonly proof: SeenProof | undefined;
  /** Only with a `sessionId`. */
  readonly foreignProof: SeenForeignProof | undefined;
  /** What the resource says that the action was aimed at; undefined when it says nothing. */
  readonly destinations?: SeenDestinations | undefined;
  /** Undefined when nothing is known of it. */
  readonly origin?: SeenOrigin | undefined;
  /** The span of the verification; undefined when nobody traces. */
  readonly span?: SpanReference | undefined;
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
