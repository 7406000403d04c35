import {
  ok,
  parseToken,
  type Result,
  refuse,
  type Thumbprint,
  type TokenClaims,
  tokenLeewaySeconds,
  type UnverifiedToken,
} from '@creance/proto';
import type { Doubt } from '../domain/fact.js';
import { type Instant, unixSeconds } from '../domain/instant.js';
import { limits } from '../domain/limits.js';
import { pathFault, type Session } from '../domain/session.js';
import type { Store } from '../store/store.js';
import type { CutTokens } from './genuine-token-cuts.js';
import { publicKeys } from './public-keys.js';
import { isSignedBy } from './signing-key.js';
import type { TokenRing } from './token-ring.js';

declare const genuineBrand: unique symbol;

/** A token of ours that every verifier of its resource would still take, but for the proof. */
export interface GenuineToken extends TokenClaims {
  readonly [genuineBrand]: 'genuine';
  /** Its session as the store holds it now. */
  readonly session: Session;
}

/** Judges whether a token that somebody shows was minted here, and is alive. */
export type GenuineTokens = (
  text: string,
  audience: string,
  now: Instant,
) => Result<GenuineToken, Doubt>;

/** Parts of the judge. */
export interface GenuineTokenParts {
  readonly issuer: string;
  /** The keys whose tokens may still be accepted: a key that was cut is none. */
  readonly ring: Pick<TokenRing, 'keys'>;
  readonly store: Pick<Store, 'path'>;
  readonly cuts: CutTokens;
}

/**
 * Opens the judge. What is cheap comes first, and the log is read for genuine tokens only: a forged one
 * could name a revision so old that reading on from it takes long.
 */
export function openGenuineTokens({ issuer, ring, store, cuts }: GenuineTokenParts): GenuineTokens {
  const imported = publicKeys();
  const isSigned = ({ keyId, jws }: UnverifiedToken): Doubt | undefined => {
    const file = ring.keys().find(({ signer }) => signer.keyId === keyId);
    const key = file && imported.imported(keyId as Thumbprint, file.signer.jwk);
    if (key === undefined) return 'token_key_unknown';
    return isSignedBy(key, jws.signingInput, jws.signature) ? undefined : 'token_signature_invalid';
  };
  return (text, audience, now) => {
    const parsed = parseToken(text);
    if (!parsed.ok) return refuse('token_malformed');
    const { unverifiedClaims: claims } = parsed.value;
    const path = store.path(claims.sessionId);
    const session = path.at(-1);
    const doubt =
      claimsDoubt(claims, issuer, audience, unixSeconds(now)) ??
      pathDoubt(path, claims, now) ??
      (cuts.isKnown(claims) ? 'token_cut' : undefined) ??
      isSigned(parsed.value) ??
      (cuts.isCut(claims) ? 'token_cut' : undefined);
    if (doubt !== undefined || session === undefined) return refuse(doubt ?? 'session_unknown');
    return ok({ ...claims, session } as GenuineToken);
  };
}

function claimsDoubt(
  claims: TokenClaims,
  issuer: string,
  audience: string,
  nowSeconds: number,
): Doubt | undefined {
  if (claims.issuer !== issuer) return 'token_wrong_issuer';
  if (claims.audience !== audience) return 'token_wrong_audience';
  return nowSeconds >= claims.expiresAt + tokenLeewaySeconds ? 'token_expired' : undefined;
}

/** The session is in memory, is where the token says it is, and may act: else the token is dead anyway. */
function pathDoubt(
  path: readonly Session[],
  { lineage }: TokenClaims,
  now: Instant,
): Doubt | undefined {
  const isSame =
    path.length > 0 &&
    path.length === lineage.sessions.length &&
    path.every(({ id }, at) => id === lineage.sessions[at]);
  if (!isSame) return 'session_unknown';
  const fault = pathFault(path, now, limits.sessionIdleSeconds);
  return fault === undefined ? undefined : 'session_not_live';
}
