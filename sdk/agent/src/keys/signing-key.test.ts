import { createPublicKey, verify } from 'node:crypto';
import { inspect } from 'node:util';
import { parseProof } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import { SigningKey } from './signing-key.js';

describe('SigningKey', () => {
  it('signs what the public half verifies, r || s', () => {
    const key = SigningKey.generate();
    const header = { alg: 'ES256', typ: 'dpop+jwt', jwk: key.publicJwk } as const;
    const text = key.signJws(header, { jti: '1', htm: 'GET', htu: 'https://a.example/', iat: 1 });
    const parsed = parseProof(text);
    if (!parsed.ok) throw new Error(parsed.error);
    const { signingInput, signature } = parsed.value.jws;
    const publicKey = createPublicKey({ key: { ...key.publicJwk }, format: 'jwk' });
    const judge = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const;
    expect(verify('sha256', Buffer.from(signingInput), judge, signature)).toBe(true);
  });

  it('survives its own JWK', () => {
    const key = SigningKey.generate();
    const again = SigningKey.fromPrivateJwk(JSON.parse(JSON.stringify(key.revealPrivateJwk())));
    expect(again?.thumbprint).toBe(key.thumbprint);
  });

  // breaks when: the halves are not compared
  it('refuses a JWK whose halves do not belong together', () => {
    const [one, other] = [SigningKey.generate(), SigningKey.generate()];
    const mixed = { ...one.revealPrivateJwk(), d: other.revealPrivateJwk().d };
    expect(SigningKey.fromPrivateJwk(mixed)).toBeUndefined();
  });

  it.each([
    undefined,
    null,
    'key',
    {},
    { kty: 'EC', crv: 'P-256', x: 'x', y: 'y', d: 'd' },
    { ...SigningKey.generate().revealPrivateJwk(), kid: 'extra' },
    { ...SigningKey.generate().publicJwk },
    { ...SigningKey.generate().revealPrivateJwk(), crv: 'P-384' },
  ])('refuses %j as a private key', (jwk) => {
    expect(SigningKey.fromPrivateJwk(jwk)).toBeUndefined();
  });

  it('shows its private half to nobody who only looks', () => {
    const key = SigningKey.generate();
    const { d } = key.revealPrivateJwk();
    const seen = [
      JSON.stringify(key),
      inspect(key, { depth: null, showHidden: true }),
      String(key),
    ];
    expect(seen.join()).not.toContain(d);
  });
});
