import {
  type JwsFault,
  ok,
  type PublicJwk,
  parseProof,
  proofFault,
  type Result,
  refuse,
  type Thumbprint,
  thumbprintInput,
  type UnverifiedProof,
} from '@creance/proto';
import type { FailureReason } from './failures.js';
import type { Primitives, VerifyKey } from './primitives.js';
import type { GenuineToken } from './tokens.js';
import type { SeenProof } from './witness.js';

/** A proof that is genuine and for this request, its single use aside. */
export interface GenuineProof extends SeenProof {
  readonly nonce: string | undefined;
  /** Names the proof within its key and target: what the memory of proofs keeps. */
  readonly memoryKey: string;
}

/** A proof for a genuine token that names another key than the token does. Nobody has checked it. */
export interface ForeignProof {
  readonly unverifiedProof: UnverifiedProof;
  readonly proofText: string;
  readonly tokenText: string;
}

/** Why a proof is none for a request. */
export interface ProofRefusal {
  readonly reason: FailureReason;
  /** The proof, when all that is wrong with it may be its key. */
  readonly foreign?: UnverifiedProof;
}

/** The request that a proof must be for. */
export interface ProofTarget {
  readonly method: string;
  /** Public URL of the request, without query and fragment. */
  readonly target: string;
  /** Unix seconds by the verifier's clock. */
  readonly nowSeconds: number;
}

const reasons: Readonly<Record<JwsFault, FailureReason>> = {
  too_large: 'proof_too_large',
  malformed: 'proof_malformed',
  not_canonical: 'proof_not_canonical',
  header_not_allowed: 'proof_header_not_allowed',
  wrong_algorithm: 'proof_wrong_algorithm',
  wrong_type: 'proof_wrong_type',
};

/** Checks a proof against the token and the request that it came with (RFC 9449 §4.3). */
export async function genuineProof(
  text: string,
  token: GenuineToken,
  { method, target, nowSeconds }: ProofTarget,
  primitives: Primitives,
): Promise<Result<GenuineProof, ProofRefusal>> {
  const parsed = parseProof(text);
  if (!parsed.ok) return refuse({ reason: reasons[parsed.error] });
  const proof = parsed.value;
  const expected = token.claims.keyThumbprint;
  const actual = await thumbprintOf(proof.jwk, token, primitives);
  const tokenHash = token.hash;
  const key = { expected, actual };
  const fault = proofFault(proof, { method, target, nowSeconds, tokenHash, key });
  // No digest is expected, so none can mismatch.
  if (fault !== undefined && fault !== 'proof_digest_mismatch') {
    const isForeign = fault === 'proof_wrong_key' && proof.tokenHash === tokenHash;
    return refuse(isForeign ? { reason: fault, foreign: proof } : { reason: fault });
  }
  if (!(await isSigned(proof, token, primitives))) {
    return refuse({ reason: 'proof_signature_invalid' });
  }
  const memoryKey = await primitives.sha256(`${actual}\n${target}\n${proof.id}`);
  const { counter, issuedAt, nonce } = proof;
  return ok({ text, counter, issuedAt, nonce, memoryKey });
}

/** Whether a proof by another key is signed by that key. */
export async function isForeignProofSigned(
  { unverifiedProof: { jwk, jws } }: ForeignProof,
  primitives: Primitives,
): Promise<boolean> {
  const key = await primitives.importKey(jwk);
  return key !== undefined && primitives.verify(key, jws.signingInput, jws.signature);
}

function thumbprintOf(
  jwk: PublicJwk,
  { holder, claims }: GenuineToken,
  primitives: Primitives,
): Thumbprint | Promise<Thumbprint> {
  if (holder?.x === jwk.x && holder.y === jwk.y) return claims.keyThumbprint;
  return primitives.sha256(thumbprintInput(jwk)) as Thumbprint | Promise<Thumbprint>;
}

/** The key has the token's thumbprint by now, so it is kept with the token once it has signed well. */
async function isSigned(
  { jwk, jws }: UnverifiedProof,
  token: GenuineToken,
  primitives: Primitives,
): Promise<boolean> {
  const known: VerifyKey | undefined = token.holder?.key;
  const key = known ?? (await primitives.importKey(jwk));
  if (key === undefined) return false;
  const isGood = await primitives.verify(key, jws.signingInput, jws.signature);
  if (isGood && known === undefined) token.holder = { x: jwk.x, y: jwk.y, key };
  return isGood;
}
