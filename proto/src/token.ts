import { parseSessionId, type SessionId } from './handle.js';
import { parseThumbprint, type Thumbprint } from './jwk.js';
import {
  asJsonObject,
  isOptionalSeconds,
  isText,
  type JsonObject,
  type JwsFault,
  parseJws,
  type UnverifiedJws,
} from './jws.js';
import { type Lineage, unpackLineage } from './lineage.js';
import { ok, type Result, refuse } from './result.js';
import { parseRevision, type Revision } from './revision.js';
import { parseScopeClaim, type ScopeSet } from './scope.js';

/** Bytes of a minted token at most, at any depth. */
export const tokenBytesMax = 2_560;

/** Characters of a token beyond which nothing is parsed. */
export const tokenCharsParsedMax = 4_096;

/** Lifetimes in seconds that a token may have. */
export const tokenLifetimeSecondsMin = 15;
export const tokenLifetimeSecondsMax = 900;
export const tokenLifetimeSecondsDefault = 60;

/** Clock difference in seconds that verifiers of our tokens allow. */
export const tokenLeewaySeconds = 5;

/** Characters of the name of a workload, resource, owner or operator at most. */
export const nameCharsMax = 64;

/** Characters of an issuer or audience at most. */
export const uriCharsMax = 256;

/** An actor chain, the current actor outside (RFC 8693 §4.1). */
export interface Actor {
  readonly sub: string;
  readonly act?: Actor;
}

/** The claims of a token in our own types. `iat` and `exp` are Unix seconds. */
export interface TokenClaims {
  readonly issuer: string;
  readonly subject: string;
  readonly audience: string;
  readonly clientId: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** `nbf`: Unix seconds before which it counts for nothing. The broker sets none. */
  readonly notBefore?: number;
  readonly id: string;
  readonly scopes: ScopeSet;
  readonly sessionId: SessionId;
  readonly lineage: Lineage;
  readonly revision: Revision;
  readonly actor: Actor | undefined;
  /** Stays the same through a whole tree: the correlation id of audit and events. */
  readonly transaction: string;
  /** Thumbprint of the key whose proof must come along. */
  readonly keyThumbprint: Thumbprint;
}

/** A token whose form is right and whose signature nobody has checked. Decide nothing by it. */
export interface UnverifiedToken {
  readonly keyId: Thumbprint;
  readonly unverifiedClaims: TokenClaims;
  readonly jws: UnverifiedJws;
}

/** Why a text is no token of ours. */
export type TokenFault = JwsFault | 'claims_malformed';

/** `typ` of an access token (RFC 9068 §2.1); the long form is accepted, the short one minted. */
const tokenForm = {
  charsMax: tokenCharsParsedMax,
  types: ['at+jwt', 'application/at+jwt'],
  members: ['kid'],
} as const;

/** Parses a token: form and claims, not signature, issuer, audience or times. */
export function parseToken(text: string): Result<UnverifiedToken, TokenFault> {
  const parsed = parseJws(text, tokenForm);
  if (!parsed.ok) return parsed;
  const keyId = parseThumbprint(parsed.value.header['kid']);
  const claims = parseClaims(parsed.value.payload);
  if (keyId === undefined || claims === undefined) return refuse('claims_malformed');
  return ok({ keyId, unverifiedClaims: claims, jws: parsed.value });
}

function parseClaims(payload: JsonObject): TokenClaims | undefined {
  const text = (name: string, max: number): string | undefined => {
    const value = payload[name];
    return isText(value, max) ? value : undefined;
  };
  const issuer = text('iss', uriCharsMax);
  const subject = text('sub', uriCharsMax);
  const audience = text('aud', uriCharsMax);
  const clientId = text('client_id', nameCharsMax);
  const id = text('jti', 64);
  const transaction = text('txn', 64);
  const issuedAt = seconds(payload['iat']);
  const expiresAt = seconds(payload['exp']);
  const revision = parseRevision(payload['rev']);
  const scopes = parseScopeClaim(text('scope', 4_096) ?? '');
  const sessionId = parseSessionId(text('sid', 22) ?? '');
  const lineage = unpackLineage(text('lineage', tokenCharsParsedMax) ?? '');
  const actor = payload['act'] === undefined ? undefined : parseActor(payload['act'], 8);
  const keyThumbprint = parseConfirmation(payload['cnf']);
  const notBefore = payload['nbf'];
  if (!issuer || !subject || !audience || !clientId || !id || !transaction) return undefined;
  if (issuedAt === undefined || expiresAt === undefined || revision === undefined) return undefined;
  if (!isOptionalSeconds(notBefore)) return undefined;
  if (!scopes.ok || !sessionId || !lineage || !keyThumbprint || actor === null) return undefined;
  // A token that names another session than its lineage ends in would outlive that session's cut.
  if (lineage.sessions.at(-1) !== sessionId) return undefined;
  return {
    issuer,
    subject,
    audience,
    clientId,
    issuedAt,
    expiresAt,
    ...(notBefore !== undefined && { notBefore }),
    id,
    sessionId,
    lineage,
    revision,
    actor,
    transaction,
    keyThumbprint,
    scopes: scopes.value,
  };
}

function seconds(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) > 0 ? (value as number) : undefined;
}

/** `cnf` holds `jkt` and nothing else (RFC 9449 §6.1). */
function parseConfirmation(value: unknown): Thumbprint | undefined {
  const confirmation = asJsonObject(value);
  if (confirmation === undefined || Object.keys(confirmation).length !== 1) return undefined;
  return parseThumbprint(confirmation['jkt']);
}

function parseActor(value: unknown, depthLeft: number): Actor | null {
  const actor = asJsonObject(value);
  if (actor === undefined || depthLeft === 0) return null;
  const { sub, act } = actor as Record<'sub' | 'act', unknown>;
  if (!isText(sub, uriCharsMax)) return null;
  if (act === undefined) return { sub };
  const inner = parseActor(act, depthLeft - 1);
  return inner === null ? null : { sub, act: inner };
}

/** The payload of a token, in the one order in which it is minted. */
export function formatClaims(claims: TokenClaims, packedLineage: string): string {
  return JSON.stringify({
    iss: claims.issuer,
    sub: claims.subject,
    aud: claims.audience,
    client_id: claims.clientId,
    iat: claims.issuedAt,
    exp: claims.expiresAt,
    jti: claims.id,
    scope: claims.scopes.join(' '),
    sid: claims.sessionId,
    lineage: packedLineage,
    rev: claims.revision,
    act: claims.actor,
    txn: claims.transaction,
    cnf: { jkt: claims.keyThumbprint },
  });
}
