/**
 * One table of the broker's refusals. From it come the gRPC status, the ErrorInfo reason, the SDK's
 * code and the OAuth code, so that they cannot disagree.
 */
export interface ReasonRow {
  /** gRPC status code by its public number. */
  readonly grpc: number;
  /** Error code of the OAuth face (RFC 6749 §5.2, RFC 9449 §5). */
  readonly oauth: string;
  /** Whether the same call may succeed later without anybody changing anything. */
  readonly retryable: boolean;
  /** Safe for everybody. */
  readonly message: string;
  /** What the caller can do. */
  readonly fix: string;
}

const invalidArgument = { grpc: 3, oauth: 'invalid_request', retryable: false } as const;
const permissionDenied = { grpc: 7, oauth: 'unauthorized_client', retryable: false } as const;
const exhausted = { grpc: 8, oauth: 'temporarily_unavailable', retryable: true } as const;
const failedPrecondition = { grpc: 9, oauth: 'invalid_grant', retryable: false } as const;
const unavailable = { grpc: 14, oauth: 'temporarily_unavailable', retryable: true } as const;
const unauthenticated = { grpc: 16, oauth: 'invalid_client', retryable: false } as const;
const badProof = { grpc: 16, oauth: 'invalid_dpop_proof', retryable: false } as const;

/** A refusal of the broker by its stable name. */
export type Reason =
  | 'request_malformed'
  | 'request_too_large'
  | 'method_unknown'
  | 'deadline_too_long'
  | 'deadline_exceeded'
  | 'proof_missing'
  | 'proof_malformed'
  | 'proof_signature_invalid'
  | 'proof_wrong_key'
  | 'proof_wrong_method'
  | 'proof_wrong_target'
  | 'proof_expired'
  | 'proof_from_future'
  | 'proof_wrong_token'
  | 'proof_digest_mismatch'
  | 'proof_replayed'
  | 'nonce_required'
  | 'replay_memory_full'
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
  | 'session_missing'
  | 'session_unknown'
  | 'session_revoked'
  | 'session_ended'
  | 'session_expired'
  | 'ancestor_ended'
  | 'session_key_in_use'
  | 'evidence_key_in_use'
  | 'session_wrong_kind'
  | 'operator_role_missing'
  | 'resource_unknown'
  | 'resource_not_granted'
  | 'scope_malformed'
  | 'scope_not_granted'
  | 'approval_required'
  | 'lifetime_not_allowed'
  | 'token_too_large'
  | 'member_unknown'
  | 'networks_required'
  | 'reason_missing'
  | 'revision_in_future'
  | 'connection_limit'
  | 'rate_limited'
  | 'sessions_limit'
  | 'keys_limit'
  | 'store_busy'
  | 'store_full'
  | 'store_failed'
  | 'clock_unsafe'
  | 'shutting_down'
  | 'internal';

/** Every refusal of the broker. */
export const reasons: Readonly<Record<Reason, ReasonRow>> = {
  request_malformed: {
    ...invalidArgument,
    message: 'the request cannot be read',
    fix: 'send the message that the schema describes',
  },
  request_too_large: {
    ...exhausted,
    retryable: false,
    message: 'the request is too large',
    fix: 'keep messages within 64 KB',
  },
  method_unknown: {
    grpc: 12,
    oauth: 'invalid_request',
    retryable: false,
    message: 'there is no such method',
    fix: 'list the methods by server reflection',
  },
  deadline_too_long: {
    ...invalidArgument,
    message: 'the deadline lies too far ahead',
    fix: 'set a deadline of at most 30 s',
  },
  deadline_exceeded: {
    grpc: 4,
    oauth: 'temporarily_unavailable',
    retryable: true,
    message: 'the call did not finish in time',
    fix: 'try again after a pause',
  },

  proof_missing: {
    ...badProof,
    message: 'exactly one proof must come with the call',
    fix: 'send a DPoP proof in the metadata entry dpop',
  },
  proof_malformed: {
    ...badProof,
    message: 'the proof cannot be read',
    fix: 'send an ES256 proof of type dpop+jwt with jwk, jti, htm, htu and iat',
  },
  proof_signature_invalid: {
    ...badProof,
    message: 'the proof is not signed by its key',
    fix: 'sign the proof with the key in its header',
  },
  proof_wrong_key: {
    ...badProof,
    message: 'the proof is by another key than the session',
    fix: 'use the key that opened the session',
  },
  proof_wrong_method: {
    ...badProof,
    message: 'the proof is for another method',
    fix: 'set htm to POST',
  },
  proof_wrong_target: {
    ...badProof,
    message: 'the proof is for another target',
    fix: 'set htu to the public origin followed by the path of the call',
  },
  proof_expired: {
    ...badProof,
    message: 'the proof is too old',
    fix: 'make a proof for each call; check the clock',
  },
  proof_from_future: {
    ...badProof,
    message: 'the proof is from the future',
    fix: 'check the clock',
  },
  proof_wrong_token: {
    ...badProof,
    message: 'the proof is for another token',
    fix: 'set ath to the hash of the token',
  },
  proof_digest_mismatch: {
    ...badProof,
    message: 'the proof does not cover the request',
    fix: 'set content_digest to the SHA-256 of the request bytes',
  },
  proof_replayed: {
    ...badProof,
    message: 'the proof was used before',
    fix: 'make a proof for each call',
  },
  nonce_required: {
    ...badProof,
    oauth: 'use_dpop_nonce',
    retryable: true,
    message: 'the proof needs a fresh nonce of this process',
    fix: 'repeat the call with the nonce in the metadata entry dpop-nonce',
  },
  replay_memory_full: {
    ...exhausted,
    message: 'too many proofs at once',
    fix: 'try again after a pause',
  },

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
    fix: 'make an assertion for each session; check the clock',
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
    fix: 'join again with a new join token',
  },
  evidence_key_expired: {
    ...unauthenticated,
    message: 'the registration of the evidence key has ended',
    fix: 'join again with a new join token',
  },
  evidence_key_revoked: {
    ...unauthenticated,
    message: 'the evidence key was cut',
    fix: 'ask the owner of the workload',
  },
  join_token_unknown: {
    ...unauthenticated,
    message: 'there is no such join token',
    fix: 'ask an operator for a join token',
  },
  join_token_used: {
    ...unauthenticated,
    message: 'the join token was redeemed with another key',
    fix: 'ask an operator for a join token, and tell them: somebody else may have used it',
  },
  join_token_expired: {
    ...unauthenticated,
    message: 'the join token has expired',
    fix: 'ask an operator for a join token',
  },
  join_token_wrong_network: {
    ...unauthenticated,
    message: 'the join token may not be used from this network',
    fix: 'join from a network that the join token names',
  },
  workload_not_registered: {
    ...permissionDenied,
    message: 'the member is no longer registered',
    fix: 'register it in the manifest',
  },

  session_missing: {
    ...unauthenticated,
    message: 'exactly one session id must come with the call',
    fix: 'send the session id in the metadata entry creance-session',
  },
  session_unknown: {
    ...unauthenticated,
    message: 'there is no such session',
    fix: 'open a session',
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
  session_key_in_use: {
    ...failedPrecondition,
    message: 'the key already has or had a session with other evidence',
    fix: 'make a new session key',
  },
  evidence_key_in_use: {
    ...failedPrecondition,
    message: 'the evidence key is registered for another member',
    fix: 'make a key of its own for each member',
  },
  session_wrong_kind: {
    ...permissionDenied,
    message: 'this kind of session may not make the call',
    fix: 'use a session of the kind that the access table names',
  },
  operator_role_missing: {
    ...permissionDenied,
    message: 'the operator lacks the role for the call',
    fix: 'ask for the role in the manifest',
  },

  resource_unknown: {
    ...permissionDenied,
    oauth: 'invalid_target',
    message: 'no resource has this audience',
    fix: 'register the resource, or correct the audience',
  },
  resource_not_granted: {
    ...permissionDenied,
    oauth: 'invalid_target',
    message: 'the workload has no grant for the resource',
    fix: 'add a grant to the manifest',
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
    fix: 'ask for less, or add the scope to a grant in the manifest',
  },
  approval_required: {
    ...permissionDenied,
    oauth: 'access_denied',
    message: 'the grant needs an approval by a person',
    fix: 'ask for a scope that needs none',
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

  member_unknown: {
    ...invalidArgument,
    grpc: 5,
    message: 'the manifest has no such member',
    fix: 'register it in the manifest',
  },
  networks_required: {
    ...invalidArgument,
    message: 'a join token for several keys must name the networks',
    fix: 'name the networks, or make one join token for each member',
  },
  reason_missing: {
    ...invalidArgument,
    message: 'the act needs a reason',
    fix: 'say why, in 3 to 500 characters',
  },
  revision_in_future: {
    ...invalidArgument,
    message: 'the revision lies ahead of the log',
    fix: 'name a revision that the log has reached',
  },

  connection_limit: {
    ...exhausted,
    message: 'too many connections',
    fix: 'keep one connection for each process',
  },
  rate_limited: { ...exhausted, message: 'too many calls', fix: 'wait as long as the reply says' },
  sessions_limit: {
    ...exhausted,
    message: 'the workload has too many live sessions',
    fix: 'end sessions that are not needed',
  },
  keys_limit: {
    ...exhausted,
    retryable: false,
    message: 'the member has registered too many keys',
    fix: 'keep the evidence key in its file, and join once',
  },
  store_busy: {
    ...exhausted,
    message: 'too many writes are waiting',
    fix: 'try again after a pause',
  },
  store_full: { ...unavailable, message: 'the disk of the broker is full', fix: 'try again later' },
  store_failed: {
    ...unavailable,
    message: 'the store of the broker has failed',
    fix: 'try again later',
  },
  clock_unsafe: {
    ...unavailable,
    message: 'the clock of the broker has stepped',
    fix: 'try again in a few seconds',
  },
  shutting_down: { ...unavailable, message: 'the broker is shutting down', fix: 'connect again' },
  internal: {
    grpc: 13,
    oauth: 'server_error',
    retryable: false,
    message: 'the broker has a fault',
    fix: 'tell the operator the request id',
  },
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
