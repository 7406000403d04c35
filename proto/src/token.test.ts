import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { actorChain, claims, handleOf, payload, thumbprint } from './doubles/claims.js';
import { compact, part } from './doubles/compact.js';
import type { SessionId } from './handle.js';
import { packLineage } from './lineage.js';
import { parseRevision, type Revision } from './revision.js';
import { parseScopes } from './scope.js';
import { formatClaims, parseToken, type TokenClaims, tokenCharsParsedMax } from './token.js';

const header = { alg: 'ES256', typ: 'at+jwt', kid: thumbprint };

function read(members: unknown, head: unknown = header) {
  return parseToken(compact(head, members));
}

const text = (max: number) => fc.string({ unit: 'binary', minLength: 1, maxLength: max / 2 });
const seconds = fc.integer({ min: 1, max: 4_102_444_800 });
const scopes = fc
  .uniqueArray(fc.stringMatching(/^[a-z0-9][a-z0-9:._/-]{0,20}$/), { minLength: 1, maxLength: 32 })
  .map((words) => {
    const parsed = parseScopes(words);
    if (!parsed.ok) throw new Error(parsed.error);
    return parsed.value;
  });
const anyClaims: fc.Arbitrary<TokenClaims> = fc.record({
  issuer: text(256),
  subject: text(256),
  audience: text(256),
  clientId: text(64),
  issuedAt: seconds,
  expiresAt: seconds,
  id: text(64),
  scopes,
  sessionId: fc.constant(claims.sessionId),
  lineage: fc.constant(claims.lineage),
  revision: fc.nat({ max: Number.MAX_SAFE_INTEGER }).map((at) => at as Revision),
  actor: fc.option(fc.integer({ min: 1, max: 8 }).map(actorChain), { nil: undefined }),
  transaction: text(64),
  keyThumbprint: fc.constant(thumbprint),
});

describe('formatClaims and parseToken', () => {
  // breaks when: formatClaims leaves out a claim, or parseClaims reads one from another's name
  it('give back every claim', () => {
    fc.assert(
      fc.property(anyClaims, (written) => {
        const token = compact(header, formatClaims(written, packLineage(written.lineage)));
        fc.pre(token.length <= tokenCharsParsedMax);
        const parsed = parseToken(token);
        expect(parsed.ok && parsed.value.unverifiedClaims).toEqual(written);
        expect(parsed.ok && parsed.value.keyId).toBe(thumbprint);
      }),
    );
  });

  it('write no `act` for a workload that acts for itself', () => {
    const json = formatClaims(claims, packLineage(claims.lineage));
    expect(JSON.parse(json)).toEqual(payload);
    expect(Object.keys(JSON.parse(json))).not.toContain('act');
  });
});

describe('parseToken', () => {
  it('takes the short and the long type of RFC 9068 §2.1, and no other', () => {
    expect(read(payload).ok).toBe(true);
    expect(read(payload, { ...header, typ: 'application/at+jwt' }).ok).toBe(true);
    for (const typ of ['JWT', 'dpop+jwt', 'creance-evidence+jwt', 'secevent+jwt']) {
      expect(read(payload, { ...header, typ })).toEqual({ ok: false, error: 'wrong_type' });
    }
  });

  it.each([[1], [null], [''], ['k'], [`${thumbprint}A`], [[thumbprint]]])(
    'refuses the key id %j',
    (kid) => {
      expect(read(payload, { ...header, kid })).toEqual({ ok: false, error: 'claims_malformed' });
    },
  );

  it('refuses a token longer than 4,096 characters before it looks into it', () => {
    const filler = (length: number) => compact(header, { ...payload, filler: 'x'.repeat(length) });
    const room = Math.floor(((tokenCharsParsedMax - filler(0).length) * 3) / 4);
    expect(filler(room - 2).length).toBeLessThanOrEqual(tokenCharsParsedMax);
    expect(parseToken(filler(room - 2)).ok).toBe(true);
    expect(parseToken(filler(room + 6))).toEqual({ ok: false, error: 'too_large' });
    expect(parseToken('!'.repeat(tokenCharsParsedMax + 1))).toEqual({
      ok: false,
      error: 'too_large',
    });
  });

  // breaks when: any line of parseClaims falls back to a default
  it.each(Object.keys(payload))(
    'refuses a token without %s, or with anything of another type',
    (name) => {
      const { [name]: value, ...others } = payload;
      const wrong = [null, true, [], [value], {}, { ...Object(value), extra: 1 }, ''];
      wrong.push(typeof value === 'number' ? String(value) : 1);
      for (const members of [others, ...wrong.map((each) => ({ ...others, [name]: each }))]) {
        expect(read(members)).toEqual({ ok: false, error: 'claims_malformed' });
      }
    },
  );

  it.each([
    ['iss', 256],
    ['sub', 256],
    ['aud', 256],
    ['client_id', 64],
    ['jti', 64],
    ['txn', 64],
  ])('takes %s of %i characters and not one more', (name, most) => {
    expect(read({ ...payload, [name]: 'x'.repeat(most) }).ok).toBe(true);
    expect(read({ ...payload, [name]: 'x'.repeat(most + 1) }).ok).toBe(false);
  });

  it.each([
    ['iat', 0],
    ['iat', -1],
    ['iat', 1.5],
    ['exp', 0],
    ['exp', 2 ** 53],
    ['exp', 1e300],
    ['rev', -1],
    ['rev', 0.5],
    ['rev', 2 ** 53],
    ['scope', 'contacts:read contacts:read'],
    ['scope', 'b a'],
    ['scope', 'contacts:*'],
    ['sid', payload['lineage']],
    ['lineage', payload['sid']],
    ['cnf', { jkt: 'short' }],
    ['cnf', { jwk: {} }],
  ])('refuses %s %j', (name, value) => {
    expect(read({ ...payload, [name]: value })).toEqual({ ok: false, error: 'claims_malformed' });
  });

  it('keeps revisions exact up to the last', () => {
    const parsed = read({ ...payload, rev: Number.MAX_SAFE_INTEGER });
    expect(parsed.ok && parsed.value.unverifiedClaims.revision).toBe(parseRevision(2 ** 53 - 1));
  });

  // breaks when: parseConfirmation no longer counts members: then a second method would bind nothing
  it('refuses a confirmation with anything beside jkt', () => {
    for (const extra of [
      { 'x5t#S256': thumbprint },
      { jwk: {} },
      { kid: 'k' },
      { JKT: thumbprint },
    ]) {
      expect(read({ ...payload, cnf: { jkt: thumbprint, ...extra } }).ok).toBe(false);
    }
    const polluted = JSON.stringify(payload).replace(
      `{"jkt":"${thumbprint}"}`,
      `{"__proto__":{"jkt":"${thumbprint}"}}`,
    );
    expect(parseToken(compact(header, polluted)).ok).toBe(false);
  });

  // breaks when: parseClaims drops the comparison of `sid` with the end of the lineage: then a cut of
  // the session that acts would not end its token
  it('refuses a token whose session is not the last of its lineage', () => {
    const sessions = [handleOf(1), handleOf(9)] as SessionId[];
    const lineage = packLineage({ ...claims.lineage, sessions });
    expect(read({ ...payload, lineage, sid: handleOf(9) }).ok).toBe(true);
    expect(read({ ...payload, lineage, sid: handleOf(1) }).ok).toBe(false);
    expect(read({ ...payload, lineage, sid: handleOf(7) }).ok).toBe(false);
    // Another workload's handle is in the lineage too, and is no session.
    expect(read({ ...payload, lineage, sid: handleOf(2) }).ok).toBe(false);
  });

  it('goes by the last of duplicate claims, and checks that one', () => {
    const json = JSON.stringify(payload);
    const twice = `${json.slice(0, -1)},"sid":"${handleOf(7)}"}`;
    expect(parseToken(compact(header, twice)).ok).toBe(false);
    const widened = `${json.slice(0, -1)},"scope":"a"}`;
    const parsed = parseToken(compact(header, widened));
    expect(parsed.ok && parsed.value.unverifiedClaims.scopes).toEqual(['a']);
  });

  it('hands on exactly the text that the signature covers', () => {
    const parsed = read(payload);
    expect(parsed.ok && parsed.value.jws.signingInput).toBe(`${part(header)}.${part(payload)}`);
  });
});

describe('the actor chain of a token', () => {
  it('is read to a depth of 8 and refused at 9', () => {
    const deepest = read({ ...payload, act: actorChain(8) });
    expect(deepest.ok && deepest.value.unverifiedClaims.actor).toEqual(actorChain(8));
    expect(read({ ...payload, act: actorChain(9) }).ok).toBe(false);
    expect(read({ ...payload, act: actorChain(40) }).ok).toBe(false);
  });

  // breaks when: parseActor returns the outer actor when an inner one is malformed
  it.each([
    ['null', null],
    ['a text', 'actor-1'],
    ['a list', [{ sub: 'actor-1' }]],
    ['nothing in it', {}],
    ['an empty sub', { sub: '' }],
    ['a sub that is no text', { sub: 1 }],
    ['a sub of 257 characters', { sub: 'x'.repeat(257) }],
    ['a malformed inner actor', { sub: 'actor-2', act: { sub: '' } }],
    ['null inside', { sub: 'actor-2', act: null }],
  ])('is refused when it is or holds %s', (_name, act) => {
    expect(read({ ...payload, act })).toEqual({ ok: false, error: 'claims_malformed' });
  });
});
