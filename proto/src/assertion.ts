import { type PublicJwk, parsePublicJwk, parseThumbprint, type Thumbprint } from './jwk.js';
import {
  asJsonObject,
  isOptionalSeconds,
  isText,
  type JwsFault,
  parseJws,
  type UnverifiedJws,
} from './jws.js';
import { ok, type Result, refuse } from './result.js';
import { uriCharsMax } from './token.js';

/** `typ` of an evidence assertion. */
export const assertionType = 'creance-evidence+jwt';

/** Seconds that an assertion lives at most. */
export const assertionLifetimeSecondsMax = 60;

/** Characters of an assertion beyond which nothing is parsed. */
export const assertionCharsMax = 2_048;

/**
 * A statement by an evidence key that a session key may open a session. Its form is right; nobody has
 * checked its signature.
 */
export interface UnverifiedAssertion {
  /** The evidence key. */
  readonly jwk: PublicJwk;
  readonly jws: UnverifiedJws;
  /** The issuer of the broker that it is meant for, and nothing else (rfc7523bis). */
  readonly audience: string;
  /** Unix seconds. */
  readonly issuedAt: number;
  /** Unix seconds. */
  readonly expiresAt: number;
  /** `nbf`, in Unix seconds. */
  readonly notBefore: number | undefined;
  readonly id: string;
  readonly nonce: string;
  /** Thumbprint of the session key that it vouches for. */
  readonly sessionKey: Thumbprint;
  /** SHA-256 of the join token that comes along, as base64url. */
  readonly joinTokenHash: string | undefined;
}

const assertionForm = {
  charsMax: assertionCharsMax,
  types: [assertionType],
  members: ['jwk'],
} as const;

/** Parses an assertion: form and claims, not signature or meaning. */
export function parseAssertion(text: string): Result<UnverifiedAssertion, JwsFault> {
  const parsed = parseJws(text, assertionForm);
  if (!parsed.ok) return parsed;
  const { header, payload } = parsed.value;
  const jwk = parsePublicJwk(header['jwk']);
  const { aud, iat, exp, nbf, jti, nonce, cnf, jth } = payload as Record<string, unknown>;
  const confirmation = asJsonObject(cnf);
  const sessionKey = confirmation && parseThumbprint(confirmation['jkt']);
  if (jwk === undefined || sessionKey === undefined) return refuse('malformed');
  if (!isText(aud, uriCharsMax) || !isText(jti, 128) || !isText(nonce, 128))
    return refuse('malformed');
  if (!Number.isSafeInteger(iat) || !Number.isSafeInteger(exp)) return refuse('malformed');
  if (!isOptionalSeconds(nbf)) return refuse('malformed');
  if (jth !== undefined && parseThumbprint(jth) === undefined) return refuse('malformed');
  return ok({
    jwk,
    jws: parsed.value,
    audience: aud,
    issuedAt: iat as number,
    expiresAt: exp as number,
    notBefore: nbf,
    id: jti,
    nonce,
    sessionKey,
    joinTokenHash: jth as string | undefined,
  });
}
