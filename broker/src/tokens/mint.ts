import {
  encodeBase64url,
  formatClaims,
  ok,
  packLineage,
  parseToken,
  type Result,
  type Revision,
  refuse,
  type Thumbprint,
  type TokenClaims,
  tokenBytesMax,
  tokenLifetimeSecondsMax,
} from '@creance/proto';
import type { Denial } from '../domain/denial.js';
import type { TokenGrant } from '../domain/policy.js';
import { lineageOf, type Session } from '../domain/session.js';
import type { Entropy } from '../runtime/entropy.js';
import { type Signer, signJws } from './signing-key.js';

/** What a token is made of. */
export interface MintAsk {
  readonly issuer: string;
  /** From root to the session itself. */
  readonly path: readonly Session[];
  readonly grant: TokenGrant;
  readonly revision: Revision;
  readonly tokenId: string;
  /** Unix seconds. */
  readonly nowSeconds: number;
}

/** 128 random bits as base64url. */
export function newTokenId(entropy: Entropy): string {
  return encodeBase64url(entropy.bytes(16));
}

const headers = new WeakMap<Signer, string>();

/** The encoded header is the same for every token of a key. */
function headerOf(signer: Signer): string {
  const known = headers.get(signer);
  if (known !== undefined) return known;
  const json = JSON.stringify({ alg: 'ES256', typ: 'at+jwt', kid: signer.keyId });
  const encoded = Buffer.from(json).toString('base64url');
  headers.set(signer, encoded);
  return encoded;
}

/** The claims of a token for a workload that acts for itself (RFC 9068 §2.2). */
function claimsOf({ issuer, path, grant, revision, tokenId, nowSeconds }: MintAsk): TokenClaims {
  const session = path.at(-1) as Session;
  return {
    issuer,
    subject: session.name,
    audience: grant.resource.audience,
    clientId: session.name,
    issuedAt: nowSeconds,
    expiresAt: grant.expiresAt,
    id: tokenId,
    scopes: grant.scopes,
    sessionId: session.id,
    lineage: lineageOf(path),
    revision,
    actor: undefined,
    transaction: session.transaction,
    keyThumbprint: session.key,
  };
}

/**
 * Builds, signs and then reads its own output: no token leaves that our verifier would refuse (law 5).
 * Refuses a token that would be too large; anything else that is wrong with it is a fault.
 */
export function mint(ask: MintAsk, signer: Signer): Result<string, Denial> {
  const claims = claimsOf(ask);
  const token = signJws(
    headerOf(signer),
    formatClaims(claims, packLineage(claims.lineage)),
    signer,
  );
  if (token.length > tokenBytesMax) {
    return refuse({
      reason: 'token_too_large',
      detail: { bytes: token.length, most: tokenBytesMax },
    });
  }
  checkMinted(token, claims, signer.keyId);
  return ok(token);
}

function checkMinted(token: string, claims: TokenClaims, keyId: Thumbprint): void {
  const parsed = parseToken(token);
  if (!parsed.ok) throw new Error(`minted a token that is ${parsed.error}`);
  const { unverifiedClaims: read } = parsed.value;
  const lifetime = read.expiresAt - read.issuedAt;
  const same =
    parsed.value.keyId === keyId &&
    read.sessionId === claims.sessionId &&
    read.audience === claims.audience &&
    read.expiresAt === claims.expiresAt &&
    read.revision === claims.revision &&
    read.keyThumbprint === claims.keyThumbprint &&
    read.scopes.length === claims.scopes.length;
  if (!same || lifetime <= 0 || lifetime > tokenLifetimeSecondsMax) {
    throw new Error('minted a token that does not say what was granted');
  }
}
