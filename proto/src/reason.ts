import { type CallReason, callReasons } from './reasons/call.js';
import { type EvidenceReason, evidenceReasons } from './reasons/evidence.js';
import { type LimitReason, limitReasons } from './reasons/limit.js';
import { type OperatorReason, operatorReasons } from './reasons/operator.js';
import { type PolicyReason, policyReasons } from './reasons/policy.js';
import { type ProofReason, proofReasons } from './reasons/proof.js';
import type { ReasonRow } from './reasons/row.js';
import { type SessionReason, sessionReasons } from './reasons/session.js';

export type { ReasonRow } from './reasons/row.js';

/** A refusal of the broker by its stable name. */
export type Reason =
  | CallReason
  | ProofReason
  | EvidenceReason
  | SessionReason
  | PolicyReason
  | OperatorReason
  | LimitReason;

/**
 * One table of the broker's refusals. From it come the gRPC status, the ErrorInfo reason, the SDK's
 * code and the OAuth code, so that they cannot disagree.
 */
export const reasons: Readonly<Record<Reason, ReasonRow>> = {
  ...callReasons,
  ...proofReasons,
  ...evidenceReasons,
  ...sessionReasons,
  ...policyReasons,
  ...operatorReasons,
  ...limitReasons,
};

/** The row of a reason. */
export function reasonRow(reason: Reason): ReasonRow {
  return reasons[reason];
}

/** ErrorInfo form of a reason: upper snake case, at most 63 characters. */
export function errorInfoReason(reason: Reason): string {
  return reason.toUpperCase();
}

/** The reason of an ErrorInfo; undefined when this version does not know it. */
export function reasonFromErrorInfo(text: string): Reason | undefined {
  const reason = text.toLowerCase();
  return Object.hasOwn(reasons, reason) && errorInfoReason(reason as Reason) === text
    ? (reason as Reason)
    : undefined;
}

/** Domain of every ErrorInfo of ours. */
export const errorDomain = 'creance.dev';
