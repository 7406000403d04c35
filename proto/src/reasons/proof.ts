import { badProof, exhausted, type ReasonRow } from './row.js';

/** What is wrong with the proof of a call (RFC 9449 §4.3). */
export type ProofReason =
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
  | 'new_key_proof_missing'
  | 'new_key_mismatch'
  | 'challenge_unanswered'
  | 'replay_memory_full';

/** The rows of these. */
export const proofReasons: Readonly<Record<ProofReason, ReasonRow>> = {
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
    fix: 'call the broker at its public origin (creance serve --public-origin); set htu to that and the path',
  },
  proof_expired: {
    ...badProof,
    message: 'the proof is too old',
    fix: 'make a proof for each call; set the clock of this machine, it may be behind',
  },
  proof_from_future: {
    ...badProof,
    message: 'the proof is from the future',
    fix: 'set the clock of this machine: it is ahead of that of the broker',
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
  new_key_proof_missing: {
    ...badProof,
    message: 'exactly one proof by the new key must come with the call',
    fix: 'send a second DPoP proof, by the new key, in the metadata entry creance-new-key-proof',
  },
  new_key_mismatch: {
    ...badProof,
    message: 'the second proof is not by the key that the request names, or by one of the session',
    fix: 'name the thumbprint of a key made for this alone, and sign the second proof with it',
  },
  challenge_unanswered: {
    grpc: 4,
    oauth: 'temporarily_unavailable',
    retryable: true,
    message: 'the challenge of the stream was not answered in time',
    fix: 'open the stream again and answer each challenge with a proof',
  },
  replay_memory_full: {
    ...exhausted,
    message: 'too many proofs at once',
    fix: 'try again after a pause',
  },
};
