import { ok, type Result } from '@creance/proto';
import type { Denial } from '../domain/denial.js';
import type { Session } from '../domain/session.js';
import type { ProofJudge } from '../tokens/proof-judge.js';
import { type OnProof, proofSeen } from './proof-seen.js';

/** What came as the answer to a challenge of a stream. */
export interface ChallengeAnswer {
  /** The session as it is now: after a rekey its new key must answer. */
  readonly session: Session;
  readonly proof: string;
  /** `/package.Service/Method` of the stream. */
  readonly path: string;
  /** The nonce of the challenge, which is used once. */
  readonly nonce: string;
}

/** Judges whether whoever holds a stream still holds the key. */
export type ChallengeJudge = (answer: ChallengeAnswer) => Result<void, Denial>;

/**
 * A proof by the session's key for the stream, with exactly the nonce of the challenge, not used before.
 * Whether the session may still act is for the stream to know.
 */
export function challengeJudge(parts: {
  readonly judge: ProofJudge;
  readonly onProof?: OnProof;
}): ChallengeJudge {
  return ({ session, proof, path, nonce }) => {
    const proven = parts.judge.judge({
      proofs: [proof],
      path,
      digestOf: undefined,
      nonceAlways: true,
      expectedKey: session.key,
      nonce,
    });
    if (!proven.ok) return proven;
    parts.onProof?.(proofSeen(session, proven.value, proof));
    return ok(undefined);
  };
}
