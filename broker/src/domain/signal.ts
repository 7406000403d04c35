import type { SessionId } from '@creance/proto';
import type { SpanReference } from './action.js';
import type { Doubt } from './fact.js';

/** A use that a verifier says it has refused, by what it means. */
export type RefusedUse =
  | 'proof_replayed'
  | 'proof_expired'
  | 'proof_wrong_key'
  | 'token_cut'
  | 'token_expired'
  | 'wrong_audience'
  | 'scope_refused'
  | 'refused_otherwise';

/**
 * An action that one side alone has told: the session, of a resource whose verifier is there, or the
 * resource's verifier, of a session that else reports what it does. Counted, and weighs nothing: reports get
 * lost.
 */
export interface LoneAction {
  readonly kind: 'unwitnessed_action' | 'unreported_action';
  readonly resource: string;
  readonly session: SessionId;
}

/**
 * What somebody reports, or what makes the broker wonder. Weighed, never enough to revoke (law 11): no
 * part that revokes takes one.
 */
export type Signal =
  | {
      readonly kind: RefusedUse;
      readonly resource: string;
      /** Undefined when the token was not for the reporter to read. */
      readonly session: SessionId | undefined;
    }
  /** A token is known to have leaked, and was presented here: weighs on the resource too. */
  | {
      readonly kind: 'foreign_key_leak';
      readonly resource: string;
      readonly session: SessionId;
    }
  /** Somebody showed bytes as evidence that prove nothing. */
  | {
      readonly kind: 'evidence_doubted';
      readonly resource: string;
      readonly session: SessionId | undefined;
      readonly doubt: Doubt;
    }
  | LoneAction
  /** Two proofs are said to contradict each other; the bytes are not here yet. */
  | { readonly kind: 'counter_suspicion'; readonly session: SessionId };

/** By what a signal came, so that its span can be found from that of its cause; no input to a score. */
export interface SignalCause {
  /** The span that the report names, if it names one. */
  readonly span?: SpanReference | undefined;
}

/** Takes a signal; without a cause it is counted alone. */
export type OnSignal = (signal: Signal, cause?: SignalCause) => void;

/** The kinds of signals. */
export type SignalKind = Signal['kind'];

const meanings: ReadonlyMap<string, RefusedUse> = new Map([
  ['proof_replayed', 'proof_replayed'],
  ['proof_expired', 'proof_expired'],
  ['proof_wrong_key', 'proof_wrong_key'],
  ['token_cut', 'token_cut'],
  ['token_cut_before', 'token_cut'],
  ['token_below_floor', 'token_cut'],
  ['token_expired', 'token_expired'],
  ['token_wrong_audience', 'wrong_audience'],
  ['insufficient_scope', 'scope_refused'],
]);

/** What a verifier's reason for a refusal means; its text is the reporter's and goes no further. */
export function meaningOf(refusal: string | undefined): RefusedUse {
  return meanings.get(refusal ?? '') ?? 'refused_otherwise';
}
