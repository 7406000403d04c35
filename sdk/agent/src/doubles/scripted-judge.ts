import { createHash, createPublicKey, verify } from 'node:crypto';
import {
  type PublicJwk,
  parseAssertion,
  parseProof,
  proofFault,
  proofTarget,
  type Reason,
  thumbprintInput,
  type UnverifiedJws,
  type UnverifiedProof,
} from '@creance/proto';
import type { Evidence } from '@creance/proto/wire';
import type { Clock } from '../runtime/clock.js';

/** What a proof has to be for. */
export interface ProofExpected {
  /** Public origin and path of the call. */
  readonly url: string;
  /** Request bytes that it must cover, when it must. */
  readonly digestOf?: Uint8Array | undefined;
  /** The nonce that it must carry, when it must carry one. */
  readonly nonce: string | undefined;
}

/** What evidence has to be for. */
export interface EvidenceExpected {
  readonly issuer: string;
  /** Thumbprint of the key that it must vouch for. */
  readonly sessionKey: string;
  readonly nonce: string | undefined;
  /** Thumbprints of registered evidence keys; a join adds one. */
  readonly evidenceKeys: Set<string>;
  /** Join token → thumbprint of the key that redeemed it, empty before. */
  readonly joinTokens: Map<string, string>;
}

/** For tests: judges proofs and evidence with the contract's own code: signature, target, digest, nonce, replay. */
export class ScriptedJudge {
  readonly #clock: Clock;
  readonly #proofIds = new Set<string>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The reason against a proof. */
  proof(proof: UnverifiedProof, expected: ProofExpected): Reason | undefined {
    const { url, digestOf, nonce } = expected;
    if (!isSigned(proof.jwk, proof.jws)) return 'proof_signature_invalid';
    if (nonce !== undefined && proof.nonce !== nonce) return 'nonce_required';
    if (this.#proofIds.has(proof.id)) return 'proof_replayed';
    this.#proofIds.add(proof.id);
    const digest = digestOf && createHash('sha256').update(digestOf).digest('base64');
    return proofFault(proof, {
      method: 'POST',
      target: proofTarget(url) ?? '',
      nowSeconds: Math.floor(this.#clock.now() / 1_000),
      ...(digest !== undefined && { contentDigest: `sha-256=:${digest}:` }),
    });
  }

  /** The reason against a second proof, and the key that it is by. */
  newKey(text: string | undefined, expected: ProofExpected): { fault?: Reason; key: string } {
    const parsed = text === undefined ? undefined : parseProof(text);
    if (parsed === undefined || !parsed.ok) return { fault: 'new_key_proof_missing', key: '' };
    const key = thumbprintOf(parsed.value.jwk);
    const fault = this.proof(parsed.value, expected);
    return fault === undefined ? { key } : { fault, key };
  }

  /** The reason against evidence; registers the key of a join. */
  evidence(
    evidence: NonNullable<Evidence['kind']>,
    expected: EvidenceExpected,
  ): Reason | undefined {
    const parsed = parseAssertion(evidence.value.assertion);
    if (!parsed.ok) return 'evidence_malformed';
    const { jwk, jws, audience, sessionKey, joinTokenHash, nonce } = parsed.value;
    if (!isSigned(jwk, jws)) return 'evidence_signature_invalid';
    if (audience !== expected.issuer) return 'evidence_wrong_audience';
    if (sessionKey !== expected.sessionKey) return 'evidence_wrong_session_key';
    if (expected.nonce !== undefined && nonce !== expected.nonce) return 'nonce_required';
    const { evidenceKeys, joinTokens } = expected;
    const key = thumbprintOf(jwk);
    if (evidence.$case === 'keyAssertion')
      return evidenceKeys.has(key) ? undefined : 'evidence_key_unknown';
    const { joinToken } = evidence.value;
    if (joinTokenHash !== sha256(joinToken)) return 'evidence_malformed';
    const redeemedBy = joinTokens.get(joinToken);
    if (redeemedBy === undefined) return 'join_token_unknown';
    if (redeemedBy !== '' && redeemedBy !== key) return 'join_token_used';
    joinTokens.set(joinToken, key);
    evidenceKeys.add(key);
    return undefined;
  }
}

/** SHA-256 of a text as base64url. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** RFC 7638. */
export function thumbprintOf(jwk: PublicJwk): string {
  return sha256(thumbprintInput(jwk));
}

function isSigned(jwk: PublicJwk, jws: UnverifiedJws): boolean {
  const key = createPublicKey({ key: { ...jwk }, format: 'jwk' });
  const input = Buffer.from(jws.signingInput);
  return verify('sha256', input, { key, dsaEncoding: 'ieee-p1363' }, jws.signature);
}
