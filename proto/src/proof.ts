import { type PublicJwk, parsePublicJwk, type Thumbprint } from './jwk.js';
import { isOptionalSeconds, isText, type JwsFault, parseJws, type UnverifiedJws } from './jws.js';
import { ok, type Result, refuse } from './result.js';

/** Seconds that a proof's `iat` may lie in the past, this bound excluded, and in the future. */
export const proofPastSeconds = 60;
export const proofFutureSeconds = 5;

/** Seconds for which a proof must be remembered: after that its `iat` refuses it. */
export const proofWindowSeconds: number = proofPastSeconds + proofFutureSeconds;

/** Characters of a proof beyond which nothing is parsed. */
export const proofCharsMax = 2_048;

/** A proof (RFC 9449 §4.2) whose form is right and whose signature nobody has checked. */
export interface UnverifiedProof {
  readonly jwk: PublicJwk;
  readonly jws: UnverifiedJws;
  readonly id: string;
  readonly method: string;
  readonly target: string;
  /** Unix seconds. */
  readonly issuedAt: number;
  /** `nbf` and `exp`, in Unix seconds: who sets them wants to be held to them (RFC 7519 §4.1). */
  readonly notBefore: number | undefined;
  readonly expiresAt: number | undefined;
  readonly tokenHash: string | undefined;
  readonly nonce: string | undefined;
  /** Creance's counter: an integer from 1 for each session key. */
  readonly counter: number | undefined;
  /** `sha-256=:<base64>:` of the request bytes (RFC 9530). */
  readonly contentDigest: string | undefined;
}

const proofForm = { charsMax: proofCharsMax, types: ['dpop+jwt'], members: ['jwk'] } as const;

/** Parses a proof: form and claims, not signature or meaning. */
export function parseProof(text: string): Result<UnverifiedProof, JwsFault> {
  const parsed = parseJws(text, proofForm);
  if (!parsed.ok) return parsed;
  const { header, payload } = parsed.value;
  const jwk = parsePublicJwk(header['jwk']);
  const { jti, htm, htu, iat, nbf, exp, ...others } = payload as Record<string, unknown>;
  const { ath, nonce, ctr, content_digest } = others;
  if (jwk === undefined || !isText(jti, 128) || !isText(htm, 16) || !isText(htu, 2_048))
    return refuse('malformed');
  if (!Number.isSafeInteger(iat) || !isOptionalText(ath, 64) || !isOptionalText(nonce, 128))
    return refuse('malformed');
  if (!isOptionalSeconds(nbf) || !isOptionalSeconds(exp)) return refuse('malformed');
  if (!isOptionalText(content_digest, 128) || !isOptionalCounter(ctr)) return refuse('malformed');
  return ok({
    jwk,
    jws: parsed.value,
    id: jti,
    method: htm,
    target: htu,
    issuedAt: iat as number,
    notBefore: nbf,
    expiresAt: exp,
    tokenHash: ath,
    nonce,
    counter: ctr,
    contentDigest: content_digest,
  });
}

/** What a proof must say. */
export interface ProofExpectation {
  /** The request's method. */
  readonly method: string;
  /** The request's target, normalised by `proofTarget`. */
  readonly target: string;
  /** Unix seconds by the checker's clock. */
  readonly nowSeconds: number;
  /** SHA-256 of the token that comes along, as base64url; absent when none does. */
  readonly tokenHash?: string;
  /** `sha-256=:…:` of the request bytes, when the request needs a digest. */
  readonly contentDigest?: string;
  /** Thumbprint that the proof's key must have, with the one it has. */
  readonly key?: { readonly expected: Thumbprint; readonly actual: Thumbprint };
}

/** Why a genuine proof does not prove this request. */
export type ProofFault =
  | 'proof_wrong_key'
  | 'proof_wrong_method'
  | 'proof_wrong_target'
  | 'proof_expired'
  | 'proof_from_future'
  | 'proof_wrong_token'
  | 'proof_digest_mismatch';

/**
 * Compares a proof with the request that it came with (RFC 9449 §4.3, checks 8 to 12 but for `nonce`
 * and `jti`, which need memory). Undefined when nothing is wrong.
 */
export function proofFault(
  proof: UnverifiedProof,
  expected: ProofExpectation,
): ProofFault | undefined {
  if (expected.key !== undefined && expected.key.expected !== expected.key.actual)
    return 'proof_wrong_key';
  if (proof.method !== expected.method) return 'proof_wrong_method';
  if (proofTarget(proof.target) !== expected.target) return 'proof_wrong_target';
  const timeFault = proofTimeFault(proof, expected.nowSeconds);
  if (timeFault !== undefined) return timeFault;
  if (expected.tokenHash !== undefined && proof.tokenHash !== expected.tokenHash)
    return 'proof_wrong_token';
  const digestWrong =
    expected.contentDigest !== undefined && proof.contentDigest !== expected.contentDigest;
  return digestWrong ? 'proof_digest_mismatch' : undefined;
}

/** The window is for every proof; what it says of its own end and beginning can only make it narrower. */
function proofTimeFault(
  { issuedAt, notBefore = 0, expiresAt = Number.POSITIVE_INFINITY }: UnverifiedProof,
  nowSeconds: number,
): ProofFault | undefined {
  // Seconds are rounded down: with `<` a proof would live up to a second beyond its window.
  if (issuedAt <= nowSeconds - proofPastSeconds || expiresAt <= nowSeconds) return 'proof_expired';
  const isAhead = issuedAt > nowSeconds + proofFutureSeconds || notBefore > nowSeconds;
  return isAhead ? 'proof_from_future' : undefined;
}

/**
 * The form in which targets are compared: no query, no fragment, scheme and host in lower case, no
 * default port (RFC 9449 §4.3, RFC 3986 §6.2). Undefined when it is not an absolute http(s) URL.
 */
export function proofTarget(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, origin, pathname, username, password } = new URL(url);
  if ((protocol !== 'https:' && protocol !== 'http:') || username !== '' || password !== '')
    return undefined;
  return origin + pathname;
}

function isOptionalText(value: unknown, max: number): value is string | undefined {
  return value === undefined || isText(value, max);
}

function isOptionalCounter(value: unknown): value is number | undefined {
  return value === undefined || (Number.isSafeInteger(value) && (value as number) >= 1);
}
