import {
  type Actor,
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

/**
 * The claims of a token. A root acts for itself (RFC 9068 §2.2). Below it the root's workload is the
 * subject, and everybody from its first child down acts for it, the session itself outside (RFC 8693 §4.1).
 */
function claimsOf({ issuer, path, grant, revision, tokenId, nowSeconds }: MintAsk): TokenClaims {
  const session = path.at(-1) as Session;
  return {
    issuer,
    subject: (path[0] as Session).name,
    audience: grant.resource.audience,
    clientId: session.name,
    issuedAt: nowSeconds,
    expiresAt: grant.expiresAt,
    id: tokenId,
    scopes: grant.scopes,
    sessionId: session.id,
    lineage: lineageOf(path),
    revision,
    actor: actorsOf(path),
    transaction: session.transaction,
    keyThumbprint: session.key,
  };
}

function actorsOf(path: readonly Session[]): Actor | undefined {
  let actor: Actor | undefined;
  for (let at = 1; at < path.length; at += 1) {
    const sub = (path[at] as Session).name;
    actor = actor === undefined ? { sub } : { sub, act: actor };
  }
  return actor;
}

/** Characters of base64url that so many bytes take. */
const encodedChars = (bytes: number): number => Math.ceil((bytes * 4) / 3);

/** Characters of header and signature with their dots: the same for every token. */
const frameChars: number =
  encodedChars(JSON.stringify({ alg: 'ES256', typ: 'at+jwt', kid: 'k'.repeat(43) }).length) +
  encodedChars(64) +
  2;

/** How long the token of these claims is, signed by any key: what `mint` compares with `tokenBytesMax`. */
export function mintedLength(ask: MintAsk): number {
  const claims = claimsOf(ask);
  const payload = formatClaims(claims, packLineage(claims.lineage));
  return frameChars + encodedChars(Buffer.byteLength(payload));
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
    read.subject === claims.subject &&
    read.clientId === claims.clientId &&
    isSameActor(read.actor, claims.actor) &&
    read.audience === claims.audience &&
    read.expiresAt === claims.expiresAt &&
    read.revision === claims.revision &&
    read.keyThumbprint === claims.keyThumbprint &&
    read.scopes.length === claims.scopes.length;
  if (!same || lifetime <= 0 || lifetime > tokenLifetimeSecondsMax) {
    throw new Error('minted a token that does not say what was granted');
  }
}

function isSameActor(one: Actor | undefined, other: Actor | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.sub === other.sub && isSameActor(one.act, other.act);
}
