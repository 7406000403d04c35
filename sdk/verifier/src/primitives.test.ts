import { thumbprintInput } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import { choosePrimitives } from './choose-primitives.js';
import { newEcKey, signJws } from './grpc/ec-key.js';
import { nodePrimitives } from './node-primitives.js';
import type { Primitives, VerifyKey } from './primitives.js';
import { webPrimitives } from './web-primitives.js';

const node = nodePrimitives();
if (node === undefined) throw new Error('this runtime has no node:crypto');
const both: [string, Primitives][] = [
  ['node', node],
  ['web', webPrimitives()],
];
const key = newEcKey();
const jws = signJws({ alg: 'ES256' }, { hello: 'there' }, key);
const signed = jws.slice(0, jws.lastIndexOf('.'));
const signature = new Uint8Array(Buffer.from(jws.slice(signed.length + 1), 'base64url'));

describe('choosePrimitives', () => {
  it('takes the synchronous ones where there are any', () => {
    expect(choosePrimitives().sha256('')).toBe('47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU');
  });
});

describe.each(both)('%s primitives', (_name, primitives) => {
  const imported = async () => (await primitives.importKey(key.jwk)) as VerifyKey;

  it('hash as FIPS 180-4 says', async () => {
    expect(await primitives.sha256('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0');
    expect(await primitives.sha256(thumbprintInput(key.jwk))).toBe(key.thumbprint);
  });

  it('make the HMAC of RFC 4231 §4.3', async () => {
    const mac = await primitives.hmac(
      new TextEncoder().encode('Jefe'),
      'what do ya want for nothing?',
    );
    const expected = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';
    expect(Buffer.from(mac, 'base64url').toString('hex')).toBe(expected);
  });

  it('accept a good signature over text and over bytes', async () => {
    expect(await primitives.verify(await imported(), signed, signature)).toBe(true);
    const bytes = new TextEncoder().encode(signed);
    expect(await primitives.verify(await imported(), bytes, signature)).toBe(true);
  });

  it('refuse another text, another signature and another key', async () => {
    const other = (await primitives.importKey(newEcKey().jwk)) as VerifyKey;
    const changed = signature.with(63, (signature[63] as number) ^ 1);
    expect(await primitives.verify(await imported(), `${signed}A`, signature)).toBe(false);
    expect(await primitives.verify(await imported(), signed, changed)).toBe(false);
    expect(await primitives.verify(other, signed, signature)).toBe(false);
  });

  it('refuse a signature of another length, DER included', async () => {
    for (const wrong of [signature.subarray(1), new Uint8Array(65), new Uint8Array(0)]) {
      expect(await primitives.verify(await imported(), signed, wrong)).toBe(false);
    }
  });

  it('import no point that is not on the curve', async () => {
    const off = { ...key.jwk, y: key.jwk.x };
    expect(await primitives.importKey(off)).toBeUndefined();
    const zero = 'A'.repeat(43);
    expect(await primitives.importKey({ ...key.jwk, x: zero, y: zero })).toBeUndefined();
  });
});
