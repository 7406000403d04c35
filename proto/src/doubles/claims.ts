import { type Handle, handleFromBytes, type SessionId } from '../handle.js';
import type { Thumbprint } from '../jwk.js';
import { packLineage } from '../lineage.js';
import type { Revision } from '../revision.js';
import type { Scope } from '../scope.js';
import type { Actor, TokenClaims } from '../token.js';

/** For tests: the handle of 16 equal bytes. */
export function handleOf(fill: number): Handle {
  return handleFromBytes(new Uint8Array(16).fill(fill)) as Handle;
}

/** For tests: a thumbprint of zero bytes. */
export const thumbprint: Thumbprint = 'A'.repeat(43) as Thumbprint;

/** For tests: the claims of a root session's token. */
export const claims: TokenClaims = {
  issuer: 'https://creance.example.internal',
  subject: 'support-triage',
  audience: 'https://crm.example.internal',
  clientId: 'support-triage',
  issuedAt: 1_764_000_000,
  expiresAt: 1_764_000_060,
  id: 'token-1',
  scopes: ['contacts:read' as Scope],
  sessionId: handleOf(1) as SessionId,
  lineage: {
    sessions: [handleOf(1) as SessionId],
    upstreams: [],
    principals: [],
    workloads: [handleOf(2)],
    owners: [handleOf(3)],
    evidenceIssuers: [handleOf(4)],
    evidenceKeys: [handleOf(5)],
  },
  revision: 1_764_000_000_000_000 as Revision,
  actor: undefined,
  transaction: 'tree-1',
  keyThumbprint: thumbprint,
};

/** For tests: the same as a payload, member by member. */
export const payload: Readonly<Record<string, unknown>> = {
  iss: claims.issuer,
  sub: claims.subject,
  aud: claims.audience,
  client_id: claims.clientId,
  iat: claims.issuedAt,
  exp: claims.expiresAt,
  jti: claims.id,
  scope: 'contacts:read',
  sid: claims.sessionId,
  lineage: packLineage(claims.lineage),
  rev: claims.revision,
  txn: claims.transaction,
  cnf: { jkt: thumbprint },
};

/** For tests: a chain of so many actors, the current one outside. */
export function actorChain(depth: number): Actor {
  return depth === 1 ? { sub: 'actor-1' } : { sub: `actor-${depth}`, act: actorChain(depth - 1) };
}
