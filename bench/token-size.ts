import { randomBytes } from 'node:crypto';
import {
  type Actor,
  formatClaims,
  type Handle,
  handleFromBytes,
  type Lineage,
  packLineage,
  parseScopes,
  type Revision,
  type SessionId,
  type Thumbprint,
  tokenBytesMax,
} from '@creance/proto';

const handle = () => handleFromBytes(randomBytes(16)) as Handle;
const handles = (count: number) => Array.from({ length: count }, handle);

/** A chain in which every session is another workload of another owner, with evidence of its own. */
function widestLineage(depth: number): Lineage {
  return {
    sessions: handles(depth) as SessionId[],
    upstreams: handles(1),
    principals: handles(1),
    workloads: handles(depth),
    owners: handles(depth),
    evidenceIssuers: handles(depth),
    evidenceKeys: handles(depth),
  };
}

/** A chain within one workload. */
function usualLineage(depth: number): Lineage {
  return {
    ...widestLineage(1),
    sessions: handles(depth) as SessionId[],
    upstreams: [],
    principals: [],
  };
}

function actors(depth: number, name: string): Actor | undefined {
  let actor: Actor | undefined;
  for (let at = 1; at < depth; at += 1)
    actor = actor === undefined ? { sub: name } : { sub: name, act: actor };
  return actor;
}

function tokenBytes(depth: number, name: string, lineage: Lineage): number {
  const scopes = parseScopes(['contacts:read', 'contacts:export']);
  if (!scopes.ok) throw new Error(scopes.error);
  const claims = formatClaims(
    {
      issuer: 'https://creance.example.internal',
      subject: name,
      audience: 'https://crm.example.internal',
      clientId: name,
      issuedAt: 1_800_000_000,
      expiresAt: 1_800_000_060,
      id: randomBytes(16).toString('base64url'),
      scopes: scopes.value,
      sessionId: lineage.sessions.at(-1) as SessionId,
      lineage,
      revision: 1_800_000_000_000_000 as Revision,
      actor: actors(depth, name),
      transaction: randomBytes(16).toString('base64url'),
      keyThumbprint: randomBytes(32).toString('base64url') as Thumbprint,
    },
    packLineage(lineage),
  );
  const header = JSON.stringify({
    alg: 'ES256',
    typ: 'at+jwt',
    kid: randomBytes(32).toString('base64url'),
  });
  const chars = (bytes: number) => Math.ceil((bytes * 4) / 3);
  return chars(header.length) + 1 + chars(claims.length) + 1 + chars(64);
}

/** Prints the bytes of tokens at depth 1 and 8: as they usually are, and as wide as they can be. */
export function measureTokenSize(): void {
  const usual = 'support-triage';
  const longest = 'w'.repeat(64);
  console.log('bytes of a token                 depth 1   depth 8');
  const row = (label: string, name: string, lineage: (depth: number) => Lineage) => {
    const cells = [1, 8].map((depth) =>
      String(tokenBytes(depth, name, lineage(depth))).padStart(10),
    );
    console.log(`  ${label.padEnd(30)}${cells.join('')}`);
  };
  row('one workload, short names', usual, usualLineage);
  row('all different, short names', usual, widestLineage);
  row('all different, longest names', longest, widestLineage);
  console.log(`  (at most ${tokenBytesMax}; a delegation whose token would not fit is refused)`);
}
