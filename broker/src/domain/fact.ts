import type { Result, SessionId } from '@creance/proto';
import type { Instant } from './instant.js';

declare const factBrand: unique symbol;

/** What every fact says, in words and figures that may be kept: never the bytes that prove it. */
interface Proven {
  /** Only `tokens/theft-proofs.ts` makes facts: from bytes whose signatures it has checked. */
  readonly [factBrand]: 'fact';
  /** The session whose token or key was stolen. */
  readonly session: SessionId;
  /** One sentence for the audit. */
  readonly words: string;
  /** Names in lower camel case, as the audit has them. */
  readonly figures: Readonly<Record<string, string | number>>;
}

/**
 * A genuine, live token came with a proof by a key that is not its own: the token has leaked. It does not
 * say who leaked it: whoever was sent the token can make such a proof, its resource included.
 */
export interface ForeignKeyFact extends Proven {
  readonly kind: 'foreign_key';
}

/**
 * The session's key has signed two proofs that one maker cannot have made: two parties hold the key.
 * Nobody without the key can bring this about.
 */
export interface ClonedKeyFact extends Proven {
  readonly kind: 'cloned_key';
}

/**
 * The session's key has signed proofs with a counter and, at a later time, one without. Two parties may hold
 * the key, or one client makes proofs with two libraries: nobody without the key can bring this about, and
 * it does not say which of the two. So it holds and never revokes.
 */
export interface CounterLeftOutFact extends Proven {
  readonly kind: 'counter_left_out';
}

/** What two proofs by one key can show. */
export type TwoProofsFact = ClonedKeyFact | CounterLeftOutFact;

/** What the broker has itself verified from bytes. Facts alone may revoke (law 11). */
export type Fact = ForeignKeyFact | TwoProofsFact;

/** Why bytes prove nothing. Worth a signal at most. */
export type Doubt =
  | 'token_malformed'
  | 'token_wrong_issuer'
  | 'token_wrong_audience'
  | 'token_expired'
  | 'token_key_unknown'
  | 'token_signature_invalid'
  | 'token_cut'
  | 'session_unknown'
  | 'session_not_live'
  | 'proof_malformed'
  | 'proof_signature_invalid'
  | 'proof_by_session_key'
  | 'proof_wrong_key'
  | 'proof_wrong_token'
  | 'proof_not_of_now'
  | 'proofs_agree';

/** Token and proof as a resource has handed them over. */
export interface ForeignKeyClaim {
  readonly token: string;
  readonly proof: string;
  /** The only audience that the reporter may show tokens of. */
  readonly audience: string;
  readonly now: Instant;
}

/** Two proofs of which one session's key cannot have made both. */
export interface ClonedKeyClaim {
  readonly session: SessionId;
  /** Compact forms, in any order. */
  readonly proofs: readonly [string, string];
}

/** What a proof says of its place among those of its key. */
export interface CounterMark {
  /** Its `ctr`; zero when it has none. */
  readonly counter: number;
  /** Its `iat`, Unix seconds. */
  readonly issuedAt: number;
}

/** What remains of a claim that two proofs do not bear out. */
export type ClonedKeyDoubt =
  /** One of the two is no proof by the session's key. */
  | {
      readonly doubt: Extract<
        Doubt,
        'proof_malformed' | 'proof_wrong_key' | 'proof_signature_invalid'
      >;
      readonly at: 0 | 1;
    }
  /** One maker can have made both: they say this and not what was reported of them. */
  | { readonly doubt: 'proofs_agree'; readonly marks: readonly [CounterMark, CounterMark] };

/** Makes facts, from bytes alone. Nothing else in the broker can (law 11). */
export interface TheftProofs {
  /** Whether a token and a proof by another key show that the token has leaked. */
  foreignKey(claim: ForeignKeyClaim): Result<ForeignKeyFact, Doubt>;
  /** Whether two proofs show that two parties hold the key that the session has now, or may. */
  clonedKey(claim: ClonedKeyClaim): Result<TwoProofsFact, ClonedKeyDoubt>;
  /** SHA-256 of a compact form, as base64url. */
  hashOf(text: string): string;
}

/** How two proofs contradict each other. */
export type Contradiction = 'counter_used_twice' | 'counter_went_back' | 'counter_left_out';

/**
 * Whether one maker cannot have made both of two *different* proofs. A maker counts from 1 and its `iat`
 * never goes back, so both only grow together. Two proofs without a counter say nothing; one without is
 * below every other, and later than one with a counter it is left out.
 */
export function contradiction(one: CounterMark, other: CounterMark): Contradiction | undefined {
  if (one.counter === other.counter) return one.counter > 0 ? 'counter_used_twice' : undefined;
  const [lower, higher] = one.counter < other.counter ? [one, other] : [other, one];
  if (lower.issuedAt <= higher.issuedAt) return undefined;
  return lower.counter === 0 ? 'counter_left_out' : 'counter_went_back';
}
