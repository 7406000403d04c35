import type { DestinationHash, SessionId } from '@creance/proto';
import type { Instant } from './instant.js';

/** A proof that a witness has seen and may be asked for. */
export interface ProofSeen {
  /** Its `ctr`; zero when it has none. */
  readonly counter: number;
  /** Its `iat`, Unix seconds. */
  readonly issuedAt: number;
  /** SHA-256 of its compact form, as base64url. */
  readonly hash: string;
}

/** What a witness has seen itself and not only been told. */
export interface Vantage {
  readonly origin: boolean;
  readonly destination: boolean;
  readonly outcome: boolean;
}

/** Where a request came from, and what it was aimed at, as far as the witness saw it. */
export interface Aim {
  /** Hashes of destinations, by the key of the resource. */
  readonly destinations: readonly DestinationHash[];
  /** Folded prefix of the address, such as `192.0.2.0/24`. */
  readonly network: string | undefined;
  /** Family of the client, without its version. */
  readonly client: string | undefined;
}

/**
 * The span of an action by its W3C trace context, so that what comes of the action can be found in its
 * trace. A claim like all else; never an input to a score.
 */
export interface SpanReference {
  /** 32 lower-case hexadecimal digits, not all zero. */
  readonly traceId: string;
  /** 16 of them. */
  readonly spanId: string;
}

/** One action, done or tried, as a witness reports it. What it says is a claim and no fact. */
export interface Observation extends Aim {
  /** The same action reported twice counts once. 16 bytes as base64url. */
  readonly id: string;
  /** The session of a genuine token made out to the reporter's resource. */
  readonly session: SessionId | undefined;
  /** SHA-256 of a token that is not for the reporter to show, as base64url. */
  readonly tokenHash: string | undefined;
  /** The resource, by audience, in what a session reports of itself. */
  readonly audience: string | undefined;
  /** Registered name or route template; never an argument. */
  readonly action: string;
  readonly outcome: 'allowed' | 'refused';
  /** The verifier's reason, when it has refused. */
  readonly refusal: string | undefined;
  /** Milliseconds between sight and report. */
  readonly ageMillis: number;
  readonly vantage: Vantage;
  readonly proof: ProofSeen | undefined;
  /** Bearer material: judged at once, never kept. */
  readonly foreignProof: { readonly token: string; readonly proof: string } | undefined;
  readonly span?: SpanReference | undefined;
}

/** A batch of one witness. */
export interface ActionReport {
  readonly observations: readonly Observation[];
  /** Proofs that were asked for, in compact form. */
  readonly proofs: readonly string[];
  /** What the witness itself had to drop. */
  readonly dropped: number;
}

/** What became of a batch. */
export interface ReportTaken {
  readonly taken: number;
  readonly dropped: number;
  /** Hashes of proofs to send with the next batch. */
  readonly proofsWanted: readonly string[];
}

/**
 * One observation as the broker takes it: stamped, and told apart by who saw it. Still a claim of the
 * witness, but for what the broker itself knows: who the witness is and of which resource it may speak.
 */
export interface Sighting extends Aim {
  readonly id: string;
  /** Strong: the resource's verifier. Weak: the session, about itself. */
  readonly strength: 'strong' | 'weak';
  /** The session of the witness. */
  readonly witness: SessionId;
  /** Registered name of the resource. */
  readonly resource: string;
  /** Its audience. */
  readonly audience: string;
  /** The session that is spoken of: one that the broker holds in memory. */
  readonly session: SessionId | undefined;
  readonly action: string;
  readonly outcome: 'allowed' | 'refused';
  readonly refusal: string | undefined;
  /** Within `limits.observationAgeSeconds` before its arrival. */
  readonly at: Instant;
  /** The same by the monotonic clock, in milliseconds. */
  readonly seenMillis: number;
  readonly vantage: Vantage;
  readonly proof: ProofSeen | undefined;
  readonly foreignProof: Observation['foreignProof'];
  /** The witness's own span, if it traces. */
  readonly span?: SpanReference | undefined;
}
