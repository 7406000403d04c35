import type { SessionId } from '@creance/proto';
import type { SpanReference } from '../domain/action.js';
import type { CounterMark } from '../domain/fact.js';

/** A proof as somebody has seen it. */
export interface Mark extends CounterMark {
  /** Registered name of the resource, or `broker` for a call to the broker itself. */
  readonly source: string;
  /** The verifier's session, to ask for the bytes; undefined for the broker's own. */
  readonly witness: SessionId | undefined;
  /** SHA-256 of its compact form, as base64url; undefined for the broker's own until it is needed. */
  readonly hash: string | undefined;
  /** The compact form: of the broker's own. */
  readonly text: string | undefined;
  /** When it was seen, by the monotonic clock. */
  readonly seenMillis: number;
  /** The span of the action that it came with, where somebody traces. */
  readonly span?: SpanReference | undefined;
}

/** Two proofs of one session's key that one maker cannot have made, if both are what is said of them. */
export interface MarkPair {
  readonly session: SessionId;
  readonly marks: readonly [Mark, Mark];
}

/** The source of what the broker has seen itself: a reserved name, so that no resource has it. */
export const brokerSource = 'broker';
