import { describe, expect, it } from 'vitest';
import { compact } from './doubles/compact.js';
import { parseProof, proofCharsMax } from './proof.js';

const jwk = {
  kty: 'EC',
  crv: 'P-256',
  x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
  y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
};
const header = { alg: 'ES256', typ: 'dpop+jwt', jwk };
const least = { jti: 'proof-1', htm: 'POST', htu: 'https://broker.example/a', iat: 1_764_000_000 };
const all = {
  ...least,
  ath: 'A'.repeat(43),
  nonce: 'nonce-1',
  ctr: 7,
  content_digest: 'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:',
};

function read(payload: unknown, head: unknown = header) {
  return parseProof(compact(head, payload));
}

describe('parseProof', () => {
  it('reads what every proof holds', () => {
    const parsed = read(least);
    expect(parsed.ok && parsed.value).toMatchObject({
      jwk,
      id: 'proof-1',
      method: 'POST',
      target: 'https://broker.example/a',
      issuedAt: 1_764_000_000,
      tokenHash: undefined,
      nonce: undefined,
      counter: undefined,
      contentDigest: undefined,
    });
  });

  it('reads what a proof may hold', () => {
    const parsed = read(all);
    expect(parsed.ok && parsed.value).toMatchObject({
      tokenHash: all.ath,
      nonce: all.nonce,
      counter: 7,
      contentDigest: all.content_digest,
    });
  });

  it.each(Object.keys(least))('refuses a proof without %s', (name) => {
    const { [name as 'jti']: _left, ...others } = all;
    expect(read(others)).toEqual({ ok: false, error: 'malformed' });
  });

  // breaks when: an optional claim of a wrong type counts as absent: then a proof with a nonce or a
  // token hash that cannot be read would pass where none is asked
  it.each(Object.keys(all))('refuses a proof whose %s has another type', (name) => {
    const value = all[name as keyof typeof all];
    const wrong = [null, true, '', [], [value], {}, typeof value === 'number' ? String(value) : 1];
    for (const each of wrong) {
      expect(read({ ...all, [name]: each })).toEqual({ ok: false, error: 'malformed' });
    }
  });

  it.each([
    ['jti', 128],
    ['htm', 16],
    ['ath', 64],
    ['nonce', 128],
    ['content_digest', 128],
  ])('takes %s of %i characters and not one more', (name, most) => {
    expect(read({ ...all, [name]: 'x'.repeat(most) }).ok).toBe(true);
    expect(read({ ...all, [name]: 'x'.repeat(most + 1) }).ok).toBe(false);
  });

  it.each([[0], [-1], [1.5], [2 ** 53]])('refuses the counter %d', (ctr) => {
    expect(read({ ...all, ctr })).toEqual({ ok: false, error: 'malformed' });
  });

  it.each([[1.5], [2 ** 53], [1e300]])('refuses the time %d', (iat) => {
    expect(read({ ...all, iat })).toEqual({ ok: false, error: 'malformed' });
  });

  it.each([
    ['a private key', { ...jwk, d: 'A'.repeat(43) }],
    ['a symmetric key', { kty: 'oct', k: 'A' }],
    ['no key', null],
    ['a key id for a key', 'k'],
  ])('refuses a header with %s', (_name, key) => {
    expect(read(least, { ...header, jwk: key })).toEqual({ ok: false, error: 'malformed' });
  });

  it('refuses a header without a key, with a key id, or of another type', () => {
    expect(read(least, { alg: 'ES256', typ: 'dpop+jwt' })).toEqual({
      ok: false,
      error: 'malformed',
    });
    const fault = (head: object) => read(least, { ...header, ...head });
    expect(fault({ kid: 'k' })).toEqual({ ok: false, error: 'header_not_allowed' });
    expect(fault({ typ: 'at+jwt' })).toEqual({ ok: false, error: 'wrong_type' });
    expect(fault({ typ: 'creance-evidence+jwt' })).toEqual({ ok: false, error: 'wrong_type' });
  });

  it('refuses a proof longer than 2,048 characters before it looks into it', () => {
    expect(parseProof('!'.repeat(proofCharsMax + 1))).toEqual({ ok: false, error: 'too_large' });
    expect(parseProof('!'.repeat(proofCharsMax))).toEqual({ ok: false, error: 'malformed' });
  });
});
