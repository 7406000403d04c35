import { createHash, createPublicKey, createVerify } from 'node:crypto';
import { decodeBase64url, encodeBase64url, parsePublicJwk } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import { newSigner, signed } from '../doubles/signed.js';
import {
  generatePrivateJwk,
  importPublicKey,
  isSignedBy,
  parsePrivateJwk,
  sha256Base64url,
  signerOf,
  thumbprintOf,
} from './signing-key.js';

describe('a signer', () => {
  const jwk = generatePrivateJwk();
  const signer = signerOf(jwk);
  const text = 'header.payload';
  const signature = signer.sign(Buffer.from(text));
  const key = importPublicKey(signer.jwk);
  if (key === undefined) throw new Error('a made key must be importable');

  it('signs as r || s, 64 bytes, over the SHA-256 of the bytes', () => {
    expect(signature).toHaveLength(64);
    const plain = createPublicKey({ key: { ...signer.jwk }, format: 'jwk' });
    const verify = createVerify('sha256').update(text);
    expect(verify.verify({ key: plain, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true);
  });

  it('shows its public half and nothing else', () => {
    expect(parsePublicJwk(signer.jwk)).toEqual(signer.jwk);
    expect(JSON.stringify(signer)).not.toContain(jwk.d);
    expect(signer.keyId).toBe(thumbprintOf(signer.jwk));
  });

  it('has its signatures judged by key, text and bytes', () => {
    expect(isSignedBy(key, text, signature)).toBe(true);
    expect(isSignedBy(key, `${text} `, signature)).toBe(false);
    const other = importPublicKey(newSigner().jwk);
    expect(other && isSignedBy(other, text, signature)).toBe(false);
  });

  it.each([
    ['empty', new Uint8Array(0)],
    ['zero', new Uint8Array(64)],
    ['r and s of one, as in CVE-2022-21449 their like', new Uint8Array(64).fill(1)],
    ['all ones', new Uint8Array(64).fill(255)],
    ['half', signature.subarray(0, 32)],
    ['one byte too long', Uint8Array.of(...signature, 0)],
    ['r and s exchanged', Uint8Array.of(...signature.subarray(32), ...signature.subarray(0, 32))],
  ])('has no %s signature', (_name, bytes) => {
    expect(isSignedBy(key, text, bytes)).toBe(false);
  });

  it('makes compact JWS that its key verifies', () => {
    const [header = '', payload = '', mark = ''] = signed(
      signer,
      { alg: 'ES256' },
      { a: 'é' },
    ).split('.');
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toEqual({ a: 'é' });
    expect(isSignedBy(key, `${header}.${payload}`, decodeBase64url(mark) as Uint8Array)).toBe(true);
  });
});

describe('importPublicKey', () => {
  it('takes no point that is off the curve', () => {
    const { jwk } = newSigner();
    const bytes = decodeBase64url(jwk.x) as Uint8Array;
    bytes[31] = (bytes[31] as number) ^ 1;
    expect(importPublicKey({ ...jwk, x: encodeBase64url(bytes) })).toBeUndefined();
    const zero = encodeBase64url(new Uint8Array(32));
    expect(importPublicKey({ ...jwk, x: zero, y: zero })).toBeUndefined();
  });
});

describe('parsePrivateJwk', () => {
  const jwk = generatePrivateJwk();

  it('takes a whole pair', () => {
    expect(parsePrivateJwk({ ...jwk })).toEqual(jwk);
  });

  // breaks when: parsePrivateJwk no longer tries the pair: then every token of a damaged key file would
  // be refused by every verifier, and nobody would know why
  it.each([
    ['the private half of another', { ...jwk, d: generatePrivateJwk().d }],
    ['a private half of zero', { ...jwk, d: 'A'.repeat(43) }],
    ['a point off the curve', { ...jwk, x: generatePrivateJwk().x }],
    ['no private half', { ...jwk, d: undefined }],
    ['a short private half', { ...jwk, d: jwk.d.slice(1) }],
    ['a private half that is no base64url', { ...jwk, d: `${jwk.d.slice(0, 42)}+` }],
    ['a private half that is a number', { ...jwk, d: 1 }],
    ['another curve', { ...jwk, crv: 'P-384' }],
    ['a member too many', { ...jwk, kid: 'k' }],
  ])('refuses a pair with %s', (_name, value) => {
    expect(parsePrivateJwk(value)).toBeUndefined();
  });

  it.each([[null], [undefined], ['key'], [1], [[]]])('refuses %j', (value) => {
    expect(parsePrivateJwk(value)).toBeUndefined();
  });
});

describe('sha256Base64url', () => {
  it('hashes texts and bytes alike', () => {
    const expected = createHash('sha256').update('é').digest('base64url');
    expect(sha256Base64url('é')).toBe(expected);
    expect(sha256Base64url(Buffer.from('é'))).toBe(expected);
  });
});
