import type { FailureRow } from './failure-row.js';

const badProof = { status: 401, error: 'invalid_dpop_proof' } as const;
const newProof = 'make a proof for each request';

/** Refusals for the proof, by their stable name. */
export type ProofFailure =
  | 'proof_missing'
  | 'proof_duplicated'
  | 'proof_too_large'
  | 'proof_malformed'
  | 'proof_not_canonical'
  | 'proof_header_not_allowed'
  | 'proof_wrong_algorithm'
  | 'proof_wrong_type'
  | 'proof_signature_invalid'
  | 'proof_wrong_key'
  | 'proof_wrong_method'
  | 'proof_wrong_target'
  | 'proof_expired'
  | 'proof_from_future'
  | 'proof_wrong_token'
  | 'proof_replayed'
  | 'nonce_required';

/** Every refusal for the proof. */
export const proofFailures: Readonly<Record<ProofFailure, FailureRow>> = {
  proof_missing: {
    ...badProof,
    message: 'no proof came with the request',
    fix: 'send one proof in the header DPoP',
  },
  proof_duplicated: {
    ...badProof,
    message: 'more than one proof came with the request',
    fix: 'send one proof in the header DPoP',
  },
  proof_too_large: { ...badProof, message: 'the proof is too large', fix: newProof },
  proof_malformed: {
    ...badProof,
    message: 'the proof cannot be read',
    fix: 'send an ES256 proof of type dpop+jwt with jwk, jti, htm, htu, iat and ath',
  },
  proof_not_canonical: {
    ...badProof,
    message: 'the proof is not canonical base64url',
    fix: 'send the proof exactly as it was signed',
  },
  proof_header_not_allowed: {
    ...badProof,
    message: 'the header of the proof holds a member that is not allowed',
    fix: 'send a header of alg, typ and jwk alone',
  },
  proof_wrong_algorithm: {
    ...badProof,
    message: 'the proof is not signed with ES256',
    fix: 'sign with a P-256 key',
  },
  proof_wrong_type: {
    ...badProof,
    message: 'this is not a proof',
    fix: 'set typ to dpop+jwt',
  },
  proof_signature_invalid: {
    ...badProof,
    message: 'the proof is not signed by its key',
    fix: 'sign the proof with the key in its header',
  },
  proof_wrong_key: {
    status: 401,
    error: 'invalid_token',
    message: 'the proof is by another key than the token is bound to',
    fix: 'use the key of the session that asked for the token',
  },
  proof_wrong_method: {
    ...badProof,
    message: 'the proof is for another method',
    fix: 'set htm to the method of the request',
  },
  proof_wrong_target: {
    ...badProof,
    message: 'the proof is for another target',
    fix: 'set htu to the URL of the request without query; the owner sets publicOrigin to the origin that clients use',
  },
  proof_expired: {
    ...badProof,
    message: 'the proof is too old',
    fix: `${newProof}; set the clock of the caller, it may be behind`,
  },
  proof_from_future: {
    ...badProof,
    message: 'the proof is from the future',
    fix: 'set the clock of the caller: it is ahead of that of the resource',
  },
  proof_wrong_token: {
    ...badProof,
    message: 'the proof is for another token',
    fix: 'set ath to the hash of the token',
  },
  proof_replayed: { ...badProof, message: 'the proof was used before', fix: newProof },
  nonce_required: {
    status: 401,
    error: 'use_dpop_nonce',
    message: 'the proof needs a fresh nonce of this resource',
    fix: 'repeat the request with the nonce in the header DPoP-Nonce',
  },
};
