import { failedPrecondition, permissionDenied, type ReasonRow, unauthenticated } from './row.js';

/** Why a session may not make a call. */
export type SessionReason =
  | 'session_missing'
  | 'session_unknown'
  | 'session_revoked'
  | 'session_ended'
  | 'session_expired'
  | 'ancestor_ended'
  | 'session_suspended'
  | 'session_not_suspended'
  | 'session_narrowed'
  | 'revalidation_required'
  | 'session_key_in_use'
  | 'session_wrong_kind'
  | 'operator_role_missing';

/** The rows of these. */
export const sessionReasons: Readonly<Record<SessionReason, ReasonRow>> = {
  session_missing: {
    ...unauthenticated,
    message: 'exactly one session id must come with the call',
    fix: 'send the session id in the metadata entry creance-session',
  },
  session_unknown: {
    ...unauthenticated,
    message: 'there is no such session',
    fix: 'open a session; who names one of another looks at creance session ls and the audit',
  },
  session_revoked: {
    ...failedPrecondition,
    message: 'the session was revoked',
    fix: 'stop; ask the owner of the workload',
  },
  session_ended: { ...failedPrecondition, message: 'the session has ended', fix: 'open a session' },
  session_expired: {
    ...failedPrecondition,
    message: 'the session has reached its absolute or idle end',
    fix: 'open a session',
  },
  ancestor_ended: {
    ...failedPrecondition,
    message: 'a session above this one has ended',
    fix: 'stop; ask the owner of the workload',
  },
  session_suspended: {
    ...failedPrecondition,
    retryable: true,
    message: 'the session, or one above it, is suspended',
    fix: 'wait; ask the owner of the workload',
  },
  session_not_suspended: {
    ...failedPrecondition,
    message: 'the session itself is not suspended',
    fix: 'resume the session that was suspended; see creance session tree',
  },
  session_narrowed: {
    ...permissionDenied,
    oauth: 'access_denied',
    message: 'the session may do less than its grants say for now',
    fix: 'ask for scopes that read, or declare destinations in the task; the owner sees why with creance explain',
  },
  revalidation_required: {
    ...failedPrecondition,
    message: 'the watch holds the session, and it was not revalidated since',
    fix: "let its process call session.rekey(), then resume; or cut it, the only way with one that shares its parent's evidence",
  },
  session_key_in_use: {
    ...failedPrecondition,
    message: 'the key already has or had a session with other evidence',
    fix: 'make a new session key',
  },
  session_wrong_kind: {
    ...permissionDenied,
    message: 'this kind of session may not make the call',
    fix: 'join by a string of the right kind: --workload for agents, --verifier for resources, --operator for people',
  },
  operator_role_missing: {
    ...permissionDenied,
    message: 'the operator lacks the role for the call',
    fix: 'have the role added to the operator in the manifest, and applied',
  },
};
