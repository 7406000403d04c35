import { describe, expect, it } from 'vitest';
import { assertionCharsMax, assertionLifetimeSecondsMax, parseAssertion } from './assertion.js';
import { compact } from './doubles/compact.js';

const jwk = {
  kty: 'EC',
  crv: 'P-256',
  x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
  y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
};
const header = { alg: 'ES256', typ: 'creance-evidence+jwt', jwk };
const least = {
  aud: 'https://creance.example.internal',
  iat: 1_764_000_000,
  exp: 1_764_000_060,
  jti: 'assertion-1',
  nonce: 'nonce-1',
  cnf: { jkt: 'A'.repeat(43) },
};
const all = { ...least, jth: 'B'.repeat(42).concat('A') };

function read(payload: unknown, head: unknown = header) {
  return parseAssertion(compact(head, payload));
}

describe('parseAssertion', () => {
  it('reads an assertion with and without the hash of a join token', () => {
    const parsed = read(all);
    expect(parsed.ok && parsed.value).toMatchObject({
      jwk,
      audience: least.aud,
      issuedAt: least.iat,
      expiresAt: least.exp,
      id: 'assertion-1',
      nonce: 'nonce-1',
      sessionKey: least.cnf.jkt,
      joinTokenHash: all.jth,
    });
    const bare = read(least);
    expect(bare.ok && bare.value.joinTokenHash).toBeUndefined();
  });

  it.each(Object.keys(least))('refuses an assertion without %s', (name) => {
    const { [name as 'aud']: _left, ...others } = all;
    expect(read(others)).toEqual({ ok: false, error: 'malformed' });
  });

  // breaks when: a malformed `jth` counts as absent: then the join token would not be covered
  it.each(Object.keys(all))('refuses an assertion whose %s has another type', (name) => {
    const value = all[name as keyof typeof all];
    const wrong = [null, true, '', [], [value], {}, typeof value === 'number' ? String(value) : 1];
    for (const each of wrong) {
      expect(read({ ...all, [name]: each })).toEqual({ ok: false, error: 'malformed' });
    }
  });

  it('refuses two audiences, as rfc7523bis does', () => {
    const aud = [least.aud, 'https://other.example'];
    expect(read({ ...least, aud })).toEqual({ ok: false, error: 'malformed' });
  });

  it.each([
    ['aud', 256],
    ['jti', 128],
    ['nonce', 128],
  ])('takes %s of %i characters and not one more', (name, most) => {
    expect(read({ ...all, [name]: 'x'.repeat(most) }).ok).toBe(true);
    expect(read({ ...all, [name]: 'x'.repeat(most + 1) }).ok).toBe(false);
  });

  it.each([
    ['a private key', { ...header, jwk: { ...jwk, d: 'A'.repeat(43) } }, 'malformed'],
    ['no key', { alg: 'ES256', typ: header.typ }, 'malformed'],
    ['a key id beside the key', { ...header, kid: 'k' }, 'header_not_allowed'],
    ['the type of a proof', { ...header, typ: 'dpop+jwt' }, 'wrong_type'],
    ['the type of any JWT', { ...header, typ: 'JWT' }, 'wrong_type'],
    ['no algorithm', { ...header, alg: 'none' }, 'wrong_algorithm'],
  ])('refuses a header with %s', (_name, head, error) => {
    expect(read(least, head)).toEqual({ ok: false, error });
  });

  it('refuses an assertion longer than 2,048 characters before it looks into it', () => {
    expect(parseAssertion('!'.repeat(assertionCharsMax + 1))).toEqual({
      ok: false,
      error: 'too_large',
    });
  });

  it('lives a minute at most by contract', () => {
    expect(assertionLifetimeSecondsMax).toBe(60);
  });
});
