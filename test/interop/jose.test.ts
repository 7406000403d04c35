import { importJWK, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { Mint } from '../support/mint.js';

describe('the verdict of jose', () => {
  it('is the same on what the broker would mint', async () => {
    const mint = await Mint.open();
    const key = await importJWK({ ...mint.tokenKey.jwk }, 'ES256');
    const token = mint.token();
    const { payload, protectedHeader } = await jwtVerify(token, key, {
      currentDate: new Date(mint.wallMillis),
    });
    expect(protectedHeader).toEqual({
      alg: 'ES256',
      typ: 'at+jwt',
      kid: mint.tokenKey.thumbprint,
    });
    expect(payload.aud).toBe(mint.audience);
    expect(await mint.sendToken(token)).toBe('ok');
  });
});
