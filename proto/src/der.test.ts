import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { derOf, rawSignatureOf, spkiOf } from './der.js';

/** r || s with these bytes at the end of each half. */
function halves(r: readonly number[], s: readonly number[]): Uint8Array {
  const signature = new Uint8Array(64);
  signature.set(r, 32 - r.length);
  signature.set(s, 64 - s.length);
  return signature;
}

describe('derOf', () => {
  it.each([
    ['small numbers', halves([1], [2]), [0x30, 6, 2, 1, 1, 2, 1, 2]],
    ['zeros', halves([], []), [0x30, 6, 2, 1, 0, 2, 1, 0]],
    ['a high bit', halves([0x80], [0x7f]), [0x30, 7, 2, 2, 0, 0x80, 2, 1, 0x7f]],
    ['a zero inside', halves([1, 0], [0xff, 0]), [0x30, 9, 2, 2, 1, 0, 2, 3, 0, 0xff, 0]],
  ])('writes %s in their one form', (_name, signature, der) => {
    expect([...derOf(signature)]).toEqual(der);
  });

  it('means the same to OpenSSL as r || s, for a thousand signatures', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    for (let at = 0; at < 1_000; at += 1) {
      const bytes = Buffer.from(`text ${at}`);
      const signature = sign('sha256', bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' });
      expect(verify('sha256', bytes, publicKey, derOf(new Uint8Array(signature)))).toBe(true);
    }
  });
});

describe('rawSignatureOf', () => {
  // breaks when: a short integer is copied to the front of its half, or a padding zero is kept
  it('is the way back from DER, for a thousand signatures and for the smallest', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    for (let at = 0; at < 1_000; at += 1) {
      const bytes = Buffer.from(`text ${at}`);
      const der = new Uint8Array(sign('sha256', bytes, privateKey));
      const raw = rawSignatureOf(der);
      expect([...derOf(raw)]).toEqual([...der]);
      const options = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const;
      expect(verify('sha256', bytes, options, raw)).toBe(true);
    }
    expect([...rawSignatureOf(derOf(halves([1], [0x80])))]).toEqual([...halves([1], [0x80])]);
  });

  it.each([
    ['nothing', []],
    ['an integer cut off', [0x30, 6, 2, 1, 1, 2, 2, 2]],
    ['another tag', [0x30, 6, 3, 1, 1, 2, 1, 2]],
    ['something behind it', [0x30, 6, 2, 1, 1, 2, 1, 2, 0]],
    ['a number too long', [0x30, 38, 2, 34, ...Array(34).fill(1), 2, 1, 1]],
  ])('throws on %s', (_name, bytes) => {
    expect(() => rawSignatureOf(Uint8Array.from(bytes))).toThrow(RangeError);
  });
});

describe('spkiOf', () => {
  it('means the same to OpenSSL as the JWK', () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwk = publicKey.export({ format: 'jwk' }) as Record<'x' | 'y', string>;
    const [x, y] = [Buffer.from(jwk.x, 'base64url'), Buffer.from(jwk.y, 'base64url')];
    const key = Buffer.from(spkiOf(x, y));
    const {
      kty,
      crv,
      x: xBack,
      y: yBack,
    } = createPublicKey({
      key,
      format: 'der',
      type: 'spki',
    }).export({ format: 'jwk' });
    expect({ kty, crv, x: xBack, y: yBack }).toEqual(jwk);
  });
});
