import {
  failedPrecondition,
  invalidArgument,
  permissionDenied,
  type ReasonRow,
  unauthenticated,
} from './row.js';

/** Why evidence opens no session. */
export type EvidenceReason =
  | 'evidence_missing'
  | 'evidence_malformed'
  | 'evidence_signature_invalid'
  | 'evidence_wrong_audience'
  | 'evidence_expired'
  | 'evidence_wrong_session_key'
  | 'evidence_replayed'
  | 'evidence_key_unknown'
  | 'evidence_key_expired'
  | 'evidence_key_revoked'
  | 'join_token_unknown'
  | 'join_token_used'
  | 'join_token_expired'
  | 'join_token_wrong_network'
  | 'workload_not_registered'
  | 'evidence_key_in_use'
  | 'evidence_contested'
  | 'evidence_wrong_kind'
  | 'evidence_held'
  | 'child_join_token_unknown'
  | 'child_join_token_used'
  | 'child_join_token_expired'
  | 'upstream_malformed';

/** The rows of these. */
export const evidenceReasons: Readonly<Record<EvidenceReason, ReasonRow>> = {
  evidence_missing: {
    ...invalidArgument,
    message: 'the request holds no evidence',
    fix: 'present a join token or a key assertion',
  },
  evidence_malformed: {
    ...unauthenticated,
    message: 'the evidence cannot be read',
    fix: 'present an assertion of type creance-evidence+jwt',
  },
  evidence_signature_invalid: {
    ...unauthenticated,
    message: 'the evidence is not signed by its key',
    fix: 'sign the assertion with the key in its header',
  },
  evidence_wrong_audience: {
    ...unauthenticated,
    message: 'the evidence is for another broker',
    fix: 'set aud to the issuer alone',
  },
  evidence_expired: {
    ...unauthenticated,
    message: 'the evidence is outside its time',
    fix: 'make an assertion for each session; set the clock of this machine',
  },
  evidence_wrong_session_key: {
    ...unauthenticated,
    message: 'the evidence vouches for another session key',
    fix: 'set cnf.jkt to the thumbprint of the key of the proof',
  },
  evidence_replayed: {
    ...unauthenticated,
    message: 'the evidence was used before',
    fix: 'make an assertion for each session',
  },
  evidence_key_unknown: {
    ...unauthenticated,
    message: 'the evidence key is not registered',
    fix: 'join again with a new join string, from creance join-token create',
  },
  evidence_key_expired: {
    ...unauthenticated,
    message: 'the registration of the evidence key has ended',
    fix: 'join again with a new join string, from creance join-token create',
  },
  evidence_key_revoked: {
    ...unauthenticated,
    message: 'the evidence key was cut',
    fix: 'ask the owner of the workload',
  },
  join_token_unknown: {
    ...unauthenticated,
    message: 'there is no such join token',
    fix: 'ask an operator of this broker for a join string, from creance join-token create',
  },
  join_token_used: {
    ...unauthenticated,
    message: 'the join token was redeemed with another key',
    fix: 'ask an operator for another join string, and tell them: somebody else may have used this one',
  },
  join_token_expired: {
    ...unauthenticated,
    message: 'the join token has expired',
    fix: 'ask an operator for another join string: creance join-token create --seconds N',
  },
  join_token_wrong_network: {
    ...unauthenticated,
    message: 'the join token may not be used from this network',
    fix: 'join from a network that the join token names',
  },
  workload_not_registered: {
    ...permissionDenied,
    message: 'the member is no longer registered',
    fix: 'register it in the manifest, and apply it',
  },
  evidence_key_in_use: {
    ...failedPrecondition,
    message: 'the evidence key is registered for another member',
    fix: 'make a key of its own for each member',
  },
  evidence_wrong_kind: {
    ...permissionDenied,
    message: 'the evidence is of another kind of member; nothing was redeemed',
    fix: 'use a join string for this kind: creance join-token create --workload, --verifier or --operator',
  },
  evidence_contested: {
    ...failedPrecondition,
    message: 'another key has brought the join token of this key too: both are held',
    fix: 'tell an operator, who finds out which of the two is yours, and ask for another join string',
  },
  evidence_held: {
    ...failedPrecondition,
    retryable: true,
    message: 'the evidence is held for a while',
    fix: 'wait; ask the owner of the workload, who sees why with creance explain',
  },
  child_join_token_unknown: {
    ...unauthenticated,
    message: 'there is no such child join token',
    fix: 'ask the parent for another one',
  },
  child_join_token_used: {
    ...unauthenticated,
    message: 'the child join token was redeemed with another key',
    fix: 'ask the parent for another one, and tell it: somebody else may have used it',
  },
  child_join_token_expired: {
    ...unauthenticated,
    message: 'the child join token has expired',
    fix: 'redeem it within 60 s, or ask the parent for another one',
  },
  upstream_malformed: {
    ...invalidArgument,
    message: 'the login above the session cannot be read, or the session is a child',
    fix: 'name an https issuer with a subject or a session id, on roots alone',
  },
};
