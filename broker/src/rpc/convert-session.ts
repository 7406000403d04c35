import { ok, parseScopes, type Result, type Revision, refuse, uriCharsMax } from '@creance/proto';
import {
  EndSessionRequest,
  EndSessionResponse,
  IssueTokenRequest,
  IssueTokenResponse,
  RenewSessionRequest,
  RenewSessionResponse,
} from '@creance/proto/wire';
import type { IssuedToken } from '../commands/issue-token.js';
import type { Denial } from '../domain/denial.js';
import { limits } from '../domain/limits.js';
import type { TokenAsk } from '../domain/policy.js';
import type { Session } from '../domain/session.js';
import { malformed, scopeFaults, wireSeconds } from './convert.js';
import { decodeMessage } from './reader.js';
import { encodeMessage } from './writer.js';

/** Reads an IssueTokenRequest. */
export function readIssueToken(bytes: Uint8Array): Result<TokenAsk, Denial> {
  const decoded = decodeMessage(IssueTokenRequest, bytes);
  return decoded.ok ? tokenAskOf(decoded.value) : decoded;
}

/** Reads an IssueTokenRequest that is decoded. */
export function tokenAskOf(request: IssueTokenRequest): Result<TokenAsk, Denial> {
  const { audience, lifetimeSeconds } = request;
  if (audience === '' || audience.length > uriCharsMax) {
    return malformed('audience', `must be 1 to ${uriCharsMax} characters`);
  }
  const scopes = parseScopes(request.scopes);
  if (!scopes.ok) {
    const fields = [{ field: 'scopes', fault: scopeFaults[scopes.error] }];
    return refuse({ reason: 'scope_malformed', fields });
  }
  return ok({ audience, scopes: scopes.value, lifetimeSeconds });
}

/** Writes an IssueTokenResponse. */
export function writeIssueToken(issued: IssuedToken): Buffer {
  return encodeMessage(IssueTokenResponse, issuedMessage(issued));
}

/** The same before it is encoded. */
export function issuedMessage({ token, grant, lifetimeSeconds }: IssuedToken): IssueTokenResponse {
  return {
    token,
    tokenType: 'DPoP',
    expiresUnixSeconds: BigInt(grant.expiresAt),
    scopes: [...grant.scopes],
    lifetimeSeconds,
  };
}

/** Reads a RenewSessionRequest, which is empty. */
export function readRenewSession(bytes: Uint8Array): Result<Record<string, never>, Denial> {
  const decoded = decodeMessage(RenewSessionRequest, bytes);
  return decoded.ok ? ok({}) : decoded;
}

/** Writes a RenewSessionResponse. */
export function writeRenewSession(session: Session): Buffer {
  return encodeMessage(RenewSessionResponse, renewedMessage(session));
}

/** The same before it is encoded. */
export function renewedMessage({ absoluteEndAt }: Session): RenewSessionResponse {
  return {
    idleSeconds: limits.sessionIdleSeconds,
    absoluteEndUnixSeconds: wireSeconds(absoluteEndAt),
  };
}

/** Reads an EndSessionRequest, which is empty. */
export function readEndSession(bytes: Uint8Array): Result<Record<string, never>, Denial> {
  const decoded = decodeMessage(EndSessionRequest, bytes);
  return decoded.ok ? ok({}) : decoded;
}

/** Writes an EndSessionResponse. */
export function writeEndSession(revision: Revision): Buffer {
  return encodeMessage(EndSessionResponse, { revision: BigInt(revision) });
}
