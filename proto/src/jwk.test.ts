import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type PublicJwk, parsePublicJwk, parseThumbprint, thumbprintInput } from './jwk.js';

/** The key of RFC 7517 appendix A.1. */
const jwk: PublicJwk = {
  kty: 'EC',
  crv: 'P-256',
  x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
  y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
};

describe('parsePublicJwk', () => {
  it('takes a public P-256 key in any order of members', () => {
    const { y, x, crv, kty } = jwk;
    expect(parsePublicJwk({ y, x, crv, kty })).toEqual(jwk);
  });

  // breaks when: parsePublicJwk no longer counts members
  it.each([
    ['d', 'A'.repeat(43)],
    ['kid', 'k'],
    ['alg', 'ES256'],
    ['use', 'sig'],
    ['key_ops', ['verify']],
    ['x5u', 'https://thief.example'],
    ['', ''],
  ])('refuses a key with the member %j beside its own', (name, value) => {
    expect(parsePublicJwk({ ...jwk, [name]: value })).toBeUndefined();
  });

  it.each(['kty', 'crv', 'x', 'y'])(
    'refuses a key without %s, or with another member for it',
    (name) => {
      const { [name as 'x']: _left, ...others } = jwk;
      expect(parsePublicJwk(others)).toBeUndefined();
      expect(parsePublicJwk({ ...others, kid: 'k' })).toBeUndefined();
    },
  );

  it.each([
    ['another type', { ...jwk, kty: 'OKP' }],
    ['a symmetric key', { kty: 'oct', k: 'A'.repeat(43) }],
    ['another curve', { ...jwk, crv: 'P-384' }],
    ['the name of the curve in other case', { ...jwk, crv: 'p-256' }],
    ['a coordinate of 31 bytes', { ...jwk, x: jwk.x.slice(0, 42) }],
    ['a coordinate of 33 bytes', { ...jwk, x: `${jwk.x}A` }],
    ['a coordinate with trailing bits', { ...jwk, x: `${jwk.x.slice(0, 42)}5` }],
    ['a coordinate in the other alphabet', { ...jwk, y: jwk.y.replace('4', '+') }],
    ['a coordinate that is a number', { ...jwk, x: 1 }],
    ['a coordinate that is a list of one', { ...jwk, x: [jwk.x] }],
    ['an array', [jwk]],
    ['a text', JSON.stringify(jwk)],
    ['null', null],
    ['nothing', undefined],
  ])('refuses %s', (_name, value) => {
    expect(parsePublicJwk(value)).toBeUndefined();
  });

  it('refuses a key whose members come by its prototype', () => {
    expect(parsePublicJwk(Object.create(jwk))).toBeUndefined();
    expect(parsePublicJwk(JSON.parse(`{"__proto__":${JSON.stringify(jwk)}}`))).toBeUndefined();
  });
});

describe('thumbprintInput', () => {
  // Computed with calculateJwkThumbprint of jose; broker/src/tokens/jose.test.ts does so for fresh keys.
  it('gives the RFC 7638 thumbprint of the key of RFC 7517 A.1', () => {
    const hash = createHash('sha256').update(thumbprintInput(jwk)).digest('base64url');
    expect(hash).toBe('cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s');
  });
});

describe('parseThumbprint', () => {
  it('takes 32 bytes of canonical base64url and nothing else', () => {
    const text = 'cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s';
    expect(parseThumbprint(text)).toBe(text);
    for (const other of [
      '',
      text.slice(1),
      `${text}A`,
      `${text.slice(0, 42)}t`,
      ` ${text.slice(1)}`,
      1,
      null,
      [text],
    ]) {
      expect(parseThumbprint(other)).toBeUndefined();
    }
  });
});
