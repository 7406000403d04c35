import {
  parseToken,
  type Revision,
  type Scope,
  type TokenClaims,
  tokenBytesMax,
  tokenLifetimeSecondsMax,
} from '@creance/proto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TokenGrant } from '../domain/policy.js';
import type { Session } from '../domain/session.js';
import { handleOf, scopesOf, sessionIdOf } from '../doubles/ids.js';
import { resourceOf } from '../doubles/registries.js';
import { seededEntropy } from '../doubles/seeded-entropy.js';
import { pathOf, sessionOf } from '../doubles/sessions.js';
import { newSigner } from '../doubles/signed.js';
import { type MintAsk, mint, mintedLength, newTokenId } from './mint.js';

const signer = newSigner();
const nowSeconds = 1_764_000_000;

function grantOfToken(parts: Partial<TokenGrant> = {}): TokenGrant {
  return {
    resource: resourceOf(),
    scopes: scopesOf('contacts:read'),
    expiresAt: nowSeconds + 60,
    ...parts,
  };
}

function askOf(parts: Partial<MintAsk> = {}): MintAsk {
  return {
    issuer: 'https://creance.example.internal',
    path: [sessionOf(1)],
    grant: grantOfToken(),
    revision: 1_764_000_000_000_000 as Revision,
    tokenId: newTokenId(seededEntropy()),
    nowSeconds,
    ...parts,
  };
}

function minted(parts: Partial<MintAsk> = {}): string {
  const token = mint(askOf(parts), signer);
  if (!token.ok) throw new Error(token.error.reason);
  return token.value;
}

function read(token: string): TokenClaims {
  const parsed = parseToken(token);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value.unverifiedClaims;
}

/** The deepest tree: eight sessions, each of another workload and owner, with the longest names. */
function deepPath(depth: number, chars = 64): Session[] {
  return Array.from({ length: depth }, (_, at) =>
    sessionOf(at, {
      name: 'w'.repeat(chars),
      member: handleOf(`w${at}`),
      owner: handleOf(`o${at}`),
      evidenceIssuer: handleOf(`i${at}`),
      evidenceKey: handleOf(`k${at}`),
      transaction: 'T'.repeat(22),
    }),
  );
}

describe('mint', () => {
  it('says what was granted, to whom, on whose behalf and until when', () => {
    const session = sessionOf(1);
    const claims = read(minted({ path: [session] }));
    expect(claims).toMatchObject({
      issuer: 'https://creance.example.internal',
      subject: 'support-triage',
      clientId: 'support-triage',
      audience: 'https://crm.example.internal',
      issuedAt: nowSeconds,
      expiresAt: nowSeconds + 60,
      scopes: ['contacts:read'],
      sessionId: session.id,
      revision: 1_764_000_000_000_000,
      actor: undefined,
      transaction: 'tree-1',
      keyThumbprint: session.key,
    });
    expect(claims.lineage.sessions).toEqual([sessionIdOf(1)]);
  });

  // breaks when: the actors are nested the other way round, or the root is one of them
  it('says who acts for whom below a root, the session itself outside', () => {
    const path = pathOf({ name: 'root' }, { name: 'a' }, { name: 'b' });
    const claims = read(minted({ path }));
    expect(claims).toMatchObject({ subject: 'root', clientId: 'b', sessionId: sessionIdOf(3) });
    expect(claims.actor).toEqual({ sub: 'b', act: { sub: 'a' } });
    expect(read(minted({ path: path.slice(0, 2) })).actor).toEqual({ sub: 'a' });
  });

  it('carries everything by which it can be ended, the root first and nothing twice', () => {
    const path = pathOf(
      { principal: handleOf('person'), upstream: handleOf('login') },
      { principal: handleOf('person'), upstream: handleOf('login') },
      { member: handleOf('helper'), evidenceKey: handleOf('other key') },
    );
    expect(read(minted({ path })).lineage).toEqual({
      sessions: [sessionIdOf(1), sessionIdOf(2), sessionIdOf(3)],
      upstreams: [handleOf('login')],
      principals: [handleOf('person')],
      workloads: [handleOf('support-triage'), handleOf('helper')],
      owners: [handleOf('support-platform')],
      evidenceIssuers: [handleOf('join token')],
      evidenceKeys: [handleOf('evidence key'), handleOf('other key')],
    });
  });

  it('names the algorithm, the type and the key, and nothing else', () => {
    const [header = ''] = minted().split('.');
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({
      alg: 'ES256',
      typ: 'at+jwt',
      kid: signer.keyId,
    });
  });

  it('keeps the headers of two keys apart', () => {
    const other = newSigner();
    for (const each of [signer, other, signer]) {
      const token = mint(askOf(), each);
      expect(token.ok && parseToken(token.value)).toMatchObject({ value: { keyId: each.keyId } });
    }
  });

  // breaks when: the lineage is packed as a list of texts
  it.each([
    [1, 64],
    [6, 64],
    [8, 24],
  ])(
    'makes a token within 2,560 bytes at depth %i with names of %i characters, nothing shared',
    (depth, chars) => {
      const uri = (chars: number) => `https://${'a'.repeat(chars - 8)}`;
      const token = minted({
        issuer: uri(64),
        path: deepPath(depth, chars),
        grant: grantOfToken({
          resource: resourceOf({ audience: uri(64) }),
          scopes: scopesOf('a'.repeat(64), 'b'.repeat(64)),
        }),
      });
      expect(token.length).toBeLessThanOrEqual(tokenBytesMax);
      expect(read(token).lineage.workloads).toHaveLength(depth);
    },
  );

  // breaks when: mint drops the comparison with tokenBytesMax
  it('refuses a token that would be too large, by its reason', () => {
    const scopes = Array.from({ length: 32 }, (_, at) => `${10 + at}${'x'.repeat(62)}` as Scope);
    const token = mint(askOf({ path: deepPath(8), grant: grantOfToken({ scopes }) }), signer);
    expect(token).toMatchObject({
      ok: false,
      error: { reason: 'token_too_large', detail: { most: tokenBytesMax } },
    });
  });

  // Law 5. breaks when: checkMinted is not called
  it.each([
    ['a lifetime of nothing', { grant: grantOfToken({ expiresAt: nowSeconds }) }],
    ['an end before its beginning', { grant: grantOfToken({ expiresAt: nowSeconds - 1 }) }],
    [
      'a lifetime above the longest',
      { grant: grantOfToken({ expiresAt: nowSeconds + tokenLifetimeSecondsMax + 1 }) },
    ],
    ['no scope', { grant: grantOfToken({ scopes: [] }) }],
    ['scopes out of order', { grant: grantOfToken({ scopes: scopesOf('b', 'a') }) }],
    ['a scope twice', { grant: grantOfToken({ scopes: scopesOf('a', 'a') }) }],
    ['a scope that reads as two', { grant: grantOfToken({ scopes: scopesOf('a b') }) }],
    ['a wildcard', { grant: grantOfToken({ scopes: scopesOf('*') }) }],
    ['no audience', { grant: grantOfToken({ resource: resourceOf({ audience: '' }) }) }],
    ['a fractional revision', { revision: 0.5 as Revision }],
    ['a name of 65 characters', { path: [sessionOf(1, { name: 'x'.repeat(65) })] }],
    ['an end that is no number', { grant: grantOfToken({ expiresAt: Number.NaN }) }],
    ['one session twice', { path: [sessionOf(1), sessionOf(1)] }],
    ['nine sessions', { path: deepPath(9) }],
  ])('gives no token with %s: that is a fault', (_name, parts) => {
    expect(() => mint(askOf(parts), signer)).toThrow();
  });

  it('never gives what cannot be read, whatever the names are', () => {
    const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 32 });
    fc.assert(
      fc.property(name, name, name, (workload, transaction, audience) => {
        const path = [sessionOf(1, { name: workload, transaction })];
        const resource = resourceOf({ audience });
        const claims = read(minted({ path, grant: grantOfToken({ resource }) }));
        expect([claims.clientId, claims.transaction, claims.audience]).toEqual([
          workload,
          transaction,
          audience,
        ]);
      }),
    );
  });
});

describe('mintedLength', () => {
  // breaks when: the frame is counted with another header, or characters are taken for bytes
  it('is the length of the token, whatever it says', () => {
    const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 16 });
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 6 }), name, (workloads, audience) => {
        const path = pathOf(...workloads.map((each) => ({ name: each })));
        const ask = askOf({ path, grant: grantOfToken({ resource: resourceOf({ audience }) }) });
        const token = mint(ask, signer);
        expect(token.ok && token.value.length).toBe(mintedLength(ask));
      }),
    );
  });
});

describe('newTokenId', () => {
  it('is 128 bits, another each time', () => {
    const entropy = seededEntropy();
    const ids = Array.from({ length: 100 }, () => newTokenId(entropy));
    expect(new Set(ids).size).toBe(100);
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });
});
