import { type Reason, reasonRow } from '@creance/proto';
import {
  BrokerUnavailableError,
  CreanceError,
  type ErrorFacts,
  EvidenceError,
  NotGrantedError,
  SessionEndedError,
  SessionRevokedError,
  SessionSuspendedError,
} from './creance-error.js';
import { grpcStatus } from './status.js';

type ErrorClass = new (facts: ErrorFacts) => CreanceError;

const classes: Partial<Record<Reason, ErrorClass>> = {
  session_revoked: SessionRevokedError,
  ancestor_ended: SessionRevokedError,
  session_ended: SessionEndedError,
  session_expired: SessionEndedError,
  session_unknown: SessionEndedError,
  session_suspended: SessionSuspendedError,
  scope_not_granted: NotGrantedError,
  scope_not_in_task: NotGrantedError,
  resource_not_granted: NotGrantedError,
  resource_unknown: NotGrantedError,
  approval_required: NotGrantedError,
  session_narrowed: NotGrantedError,
  task_not_allowed: NotGrantedError,
  delegation_not_granted: NotGrantedError,
  delegation_too_deep: NotGrantedError,
  workload_not_registered: EvidenceError,
  rekey_needs_evidence: EvidenceError,
  deadline_exceeded: BrokerUnavailableError,
  challenge_unanswered: BrokerUnavailableError,
};

const evidencePrefixes = ['evidence_', 'join_token_', 'child_join_token_'] as const;

/** The class that users catch for a reason; by its gRPC status where no row and no prefix names one. */
function classOf(reason: Reason): ErrorClass {
  const special = classes[reason];
  if (special !== undefined) return special;
  if (evidencePrefixes.some((prefix) => reason.startsWith(prefix))) return EvidenceError;
  return reasonRow(reason).grpc === grpcStatus.unavailable ? BrokerUnavailableError : CreanceError;
}

/** The typed error of a reason, in the words of the table. */
export function errorOfReason(reason: Reason, found: Partial<ErrorFacts> = {}): CreanceError {
  const { message, fix, retryable } = reasonRow(reason);
  const code = `CREANCE_${reason.toUpperCase()}`;
  return new (classOf(reason))({ ...found, code, reason, what: message, hint: fix, retryable });
}

/** Whether an error says that its session lives no longer. */
export function endsSession(error: unknown): error is SessionRevokedError | SessionEndedError {
  return error instanceof SessionRevokedError || error instanceof SessionEndedError;
}

/** Whether an error says that another key than the one that spoke is the session's. */
export function isOfOtherKey(error: unknown): boolean {
  if (!(error instanceof CreanceError)) return false;
  return error.reason === 'proof_wrong_key' || error.code === tokenWrongKeyCode;
}

const tokenWrongKeyCode = 'CREANCE_TOKEN_WRONG_KEY';

/** A token that is bound to another key than the one that asked for it. */
export function tokenOfOtherKey(): CreanceError {
  return new CreanceError({
    code: tokenWrongKeyCode,
    what: 'the token of the broker is bound to another key',
    hint: 'ask again; when it stays so, check the address of the broker',
    retryable: false,
  });
}
