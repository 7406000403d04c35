import type { FailureRow } from './failure-row.js';
import { type MomentFailure, momentFailures } from './moment-failures.js';
import { type ProofFailure, proofFailures } from './proof-failures.js';
import { type TokenFailure, tokenFailures } from './token-failures.js';

/** A refusal of the verifier by its stable name. */
export type FailureReason = TokenFailure | ProofFailure | MomentFailure;

/** Every refusal of the verifier. A reason without a row does not compile. */
export const failures: Readonly<Record<FailureReason, FailureRow>> = {
  ...tokenFailures,
  ...proofFailures,
  ...momentFailures,
};
