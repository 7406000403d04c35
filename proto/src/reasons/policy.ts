import { failedPrecondition, invalidArgument, permissionDenied, type ReasonRow } from './row.js';

/** Why a session does not get what it asks for. */
export type PolicyReason =
  | 'resource_unknown'
  | 'resource_not_granted'
  | 'scope_malformed'
  | 'scope_not_granted'
  | 'approval_required'
  | 'lifetime_not_allowed'
  | 'token_too_large'
  | 'task_malformed'
  | 'task_not_allowed'
  | 'scope_not_in_task'
  | 'destination_not_in_task'
  | 'delegation_not_granted'
  | 'delegation_too_deep'
  | 'rekey_needs_evidence';

/** The rows of these. */
export const policyReasons: Readonly<Record<PolicyReason, ReasonRow>> = {
  resource_unknown: {
    ...permissionDenied,
    oauth: 'invalid_target',
    message: 'no resource has this audience',
    fix: 'write the audience exactly as the manifest does: scheme, host, port, no slash added; or register the resource',
  },
  resource_not_granted: {
    ...permissionDenied,
    oauth: 'invalid_target',
    message: 'the workload has no grant for the resource',
    fix: 'add a grant of the resource to the workload in the manifest, and apply it',
  },
  scope_malformed: {
    ...invalidArgument,
    oauth: 'invalid_scope',
    message: 'a scope is malformed, missing or named twice',
    fix: 'send 1 to 32 different scopes of letters, digits and : . _ / -',
  },
  scope_not_granted: {
    ...permissionDenied,
    oauth: 'invalid_scope',
    message: 'a scope is not granted',
    fix: 'correct its spelling, ask for less, or add the scope to a grant in the manifest',
  },
  approval_required: {
    ...permissionDenied,
    oauth: 'access_denied',
    message: 'the grant needs an approval by a person',
    fix: 'nobody can approve yet: take approval: required out of the grant, or ask for a scope without it',
  },
  lifetime_not_allowed: {
    ...invalidArgument,
    message: 'the lifetime is outside what the grant allows',
    fix: 'ask for 15 s up to the lifetime of the grant, or for none',
  },
  token_too_large: {
    ...failedPrecondition,
    message: 'the token would be too large',
    fix: 'shorten names or the chain of delegations',
  },
  task_malformed: {
    ...invalidArgument,
    message: 'the task cannot be read',
    fix: 'name at most 16 different audiences with their scopes, and an end that lies ahead',
  },
  task_not_allowed: {
    ...permissionDenied,
    oauth: 'invalid_scope',
    message: 'the task names more than the session above may ask for',
    fix: 'declare a task within what the parent holds',
  },
  scope_not_in_task: {
    ...permissionDenied,
    oauth: 'invalid_scope',
    message: 'a scope is outside the task that was declared for the session or one above it',
    fix: 'ask for what the task names, or open the session for another task',
  },
  destination_not_in_task: {
    ...permissionDenied,
    oauth: 'access_denied',
    message: 'a destination is outside the task that was declared for a session above',
    fix: 'declare destinations that the session above has declared, or none',
  },
  delegation_not_granted: {
    ...permissionDenied,
    message: 'the workload may not have children of this workload',
    fix: 'name it under delegation.to of the workload in the manifest',
  },
  delegation_too_deep: {
    ...permissionDenied,
    message: 'the child would lie deeper than a workload above it allows',
    fix: 'delegate from higher up, or raise delegation.depth in the manifest',
  },
  rekey_needs_evidence: {
    ...failedPrecondition,
    message: 'only a session with evidence of its own can change its key',
    fix: "send a key assertion for the new key; delegate another child in place of one that shares its parent's evidence",
  },
};
