import {
  assertionCharsMax,
  ok,
  parseScopes,
  type Result,
  type Revision,
  refuse,
  type ScopeFault,
  uriCharsMax,
} from '@creance/proto';
import {
  EndSessionRequest,
  EndSessionResponse,
  IssueTokenRequest,
  IssueTokenResponse,
  OpenSessionRequest,
  OpenSessionResponse,
  RenewSessionRequest,
  RenewSessionResponse,
} from '@creance/proto/wire';
import type { Evidence } from '../attest/evidence.js';
import type { IssuedToken } from '../commands/issue-token.js';
import type { Denial } from '../domain/denial.js';
import { limits } from '../domain/limits.js';
import type { TokenAsk } from '../domain/policy.js';
import type { Session } from '../domain/session.js';
import type { OpenedSession } from '../store/store.js';
import { malformed, wireHandle, wireKind, wireSeconds } from './convert.js';
import { decodeMessage } from './reader.js';
import { encodeMessage } from './writer.js';

/** Reads an OpenSessionRequest. */
export function readOpenSession(
  bytes: Uint8Array,
): Result<{ readonly evidence: Evidence }, Denial> {
  const decoded = decodeMessage(OpenSessionRequest, bytes);
  if (!decoded.ok) return decoded;
  const kind = decoded.value.evidence?.kind;
  if (kind === undefined) return refuse({ reason: 'evidence_missing' });
  const { assertion } = kind.value;
  if (assertion.length > assertionCharsMax) {
    const field =
      kind.$case === 'joinToken'
        ? 'evidence.join_token.assertion'
        : 'evidence.key_assertion.assertion';
    return malformed(field, `must be at most ${assertionCharsMax} characters`);
  }
  return ok({
    evidence:
      kind.$case === 'joinToken'
        ? { kind: 'join-token', joinToken: kind.value.joinToken, assertion }
        : { kind: 'key-assertion', assertion },
  });
}

/** Writes an OpenSessionResponse. */
export function writeOpenSession({ session, evidenceKeyExpiresAt }: OpenedSession): Buffer {
  return encodeMessage(OpenSessionResponse, {
    sessionId: wireHandle(session.id),
    kind: wireKind(session.kind),
    name: session.name,
    absoluteEndUnixSeconds: wireSeconds(session.absoluteEndAt),
    idleSeconds: limits.sessionIdleSeconds,
    evidenceKeyEndUnixSeconds: wireSeconds(evidenceKeyExpiresAt),
  });
}

const scopeFaults: { readonly [Fault in ScopeFault]: string } = {
  scope_malformed: 'must be words of letters, digits and : . _ / -',
  scope_duplicate: 'must not name a scope twice',
  scopes_none: 'must name at least one scope',
  scopes_too_many: 'must name at most 32 scopes',
};

/** Reads an IssueTokenRequest. */
export function readIssueToken(bytes: Uint8Array): Result<TokenAsk, Denial> {
  const decoded = decodeMessage(IssueTokenRequest, bytes);
  if (!decoded.ok) return decoded;
  const { audience, lifetimeSeconds } = decoded.value;
  if (audience === '' || audience.length > uriCharsMax) {
    return malformed('audience', `must be 1 to ${uriCharsMax} characters`);
  }
  const scopes = parseScopes(decoded.value.scopes);
  if (!scopes.ok) {
    const fields = [{ field: 'scopes', fault: scopeFaults[scopes.error] }];
    return refuse({ reason: 'scope_malformed', fields });
  }
  return ok({ audience, scopes: scopes.value, lifetimeSeconds });
}

/** Writes an IssueTokenResponse. */
export function writeIssueToken({ token, grant, lifetimeSeconds }: IssuedToken): Buffer {
  return encodeMessage(IssueTokenResponse, {
    token,
    tokenType: 'DPoP',
    expiresUnixSeconds: BigInt(grant.expiresAt),
    scopes: [...grant.scopes],
    lifetimeSeconds,
  });
}

/** Reads a RenewSessionRequest, which is empty. */
export function readRenewSession(bytes: Uint8Array): Result<Record<string, never>, Denial> {
  const decoded = decodeMessage(RenewSessionRequest, bytes);
  return decoded.ok ? ok({}) : decoded;
}

/** Writes a RenewSessionResponse. */
export function writeRenewSession({ absoluteEndAt }: Session): Buffer {
  return encodeMessage(RenewSessionResponse, {
    idleSeconds: limits.sessionIdleSeconds,
    absoluteEndUnixSeconds: wireSeconds(absoluteEndAt),
  });
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
