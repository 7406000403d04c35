import { describe, expect, it } from 'vitest';
import { parseAssertion } from './assertion.js';
import { encodeBase64url } from './base64url.js';
import type { ClaimKind, ClaimRow } from './claim-row.js';
import { claimTables } from './claim-table.js';
import { actorChain, claims, payload, thumbprint } from './doubles/claims.js';
import { compact } from './doubles/compact.js';
import { joinStringPrefix, parseJoinString } from './join-string.js';
import { packLineage } from './lineage.js';
import { parseProof } from './proof.js';
import { formatClaims, parseToken } from './token.js';

type Members = Readonly<Record<string, unknown>>;

/** One text of a kind with every member that its table names, and whether the parser takes it. */
interface Stand {
  readonly header: Members;
  readonly payload: Members;
  reads(header: Members, payload: Members): boolean;
}

const jwk = {
  kty: 'EC',
  crv: 'P-256',
  x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
  y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
};
const [iat, nonce] = [1_764_000_000, 'nonce-1'];
const signed = (typ: string, rest: object) => ({ alg: 'ES256', typ, ...rest });

// The statement about a feed key is read by the verifier: its own test holds its table.
const stands: Readonly<Record<Exclude<ClaimKind, 'feed key statement'>, Stand>> = {
  token: {
    header: signed('at+jwt', { kid: thumbprint }),
    payload: { ...payload, act: actorChain(2), nbf: iat },
    reads: (header, body) => parseToken(compact(header, body)).ok,
  },
  proof: {
    header: signed('dpop+jwt', { jwk }),
    payload: {
      ...{ jti: 'proof-1', htm: 'POST', htu: 'https://broker.example/a', iat, nonce },
      ...{ nbf: iat, exp: iat + 60, ath: thumbprint, ctr: 7, content_digest: 'sha-256=:AAAA:' },
    },
    reads: (header, body) => parseProof(compact(header, body)).ok,
  },
  assertion: {
    header: signed('creance-evidence+jwt', { jwk }),
    payload: {
      ...{ aud: 'https://creance.example.internal', iat, exp: iat + 60, jti: 'a-1', nonce },
      ...{ cnf: { jkt: thumbprint }, jth: thumbprint, nbf: iat },
    },
    reads: (header, body) => parseAssertion(compact(header, body)).ok,
  },
  'join string': {
    header: {},
    payload: {
      ...{ iss: 'https://creance.example.internal', addr: 'https://creance.example.internal:7420' },
      ...{ anchor: thumbprint, token: 'A'.repeat(22) },
    },
    reads: (_header, body) => {
      const json = new TextEncoder().encode(JSON.stringify(body));
      return parseJoinString(joinStringPrefix + encodeBase64url(json)) !== undefined;
    },
  },
};

function without(members: Members, name: string): Members {
  return Object.fromEntries(Object.entries(members).filter(([each]) => each !== name));
}

function names(rows: readonly ClaimRow[], place: ClaimRow['place']): readonly string[] {
  return rows.filter((row) => row.place === place).map(({ name }) => name);
}

// breaks when: a parser reads, needs or stops needing a member and the table does not say so
describe.each(Object.entries(stands))('the table of the %s', (kind, stand) => {
  const { rows } = claimTables[kind as ClaimKind];

  it('names the members of one that is read', () => {
    expect(names(rows, 'header').toSorted()).toEqual(Object.keys(stand.header).toSorted());
    expect(names(rows, 'payload').toSorted()).toEqual(Object.keys(stand.payload).toSorted());
    expect(stand.reads(stand.header, stand.payload)).toBe(true);
  });

  it.each(rows.map((row) => [row.name, row] as const))('says whether %s is needed', (name, row) => {
    const [header, body] =
      row.place === 'header'
        ? [without(stand.header, name), stand.payload]
        : [stand.header, without(stand.payload, name)];
    expect(stand.reads(header, body)).toBe(!row.isRequired);
  });

  // A member that is not looked at could hold anything.
  it.each(rows.map((row) => [row.name, row] as const))('is right that %s is read', (name, row) => {
    const wrong = { unexpected: ['form'] };
    const [header, body] =
      row.place === 'header'
        ? [{ ...stand.header, [name]: wrong }, stand.payload]
        : [stand.header, { ...stand.payload, [name]: wrong }];
    expect(stand.reads(header, body)).toBe(false);
  });

  it.each(['jku', 'x5u', 'x5c', 'crit', 'b64', 'unknown'])('knows no header member %s', (name) => {
    if (Object.keys(stand.header).length === 0) return expect(names(rows, 'header')).toEqual([]);
    expect(stand.reads({ ...stand.header, [name]: 'x' }, stand.payload)).toBe(false);
  });
});

describe('the table of the token', () => {
  it('names what is minted, and nbf, which is read and never minted', () => {
    const minted = formatClaims({ ...claims, actor: actorChain(2) }, packLineage(claims.lineage));
    const { rows } = claimTables.token;
    expect([...Object.keys(JSON.parse(minted)), 'nbf'].toSorted()).toEqual(
      names(rows, 'payload').toSorted(),
    );
  });
});
