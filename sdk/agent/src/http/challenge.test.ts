import { describe, expect, it } from 'vitest';
import { readChallenge } from './challenge.js';

const reply = (status: number, challenge?: string, nonce?: string) => {
  const headers = new Headers();
  if (challenge !== undefined) headers.set('www-authenticate', challenge);
  if (nonce !== undefined) headers.set('dpop-nonce', nonce);
  return new Response(null, { status, headers });
};

describe('readChallenge', () => {
  it.each([
    ['DPoP error="use_dpop_nonce"', 'nonce-1', 'nonce'],
    ['Bearer realm="a", DPoP algs="ES256", error="use_dpop_nonce"', 'nonce-1', 'nonce'],
    ['DPoP algs="ES256", error="invalid_token", error_description="no"', undefined, 'token'],
    ['DPoP error = invalid_token', undefined, 'token'],
  ])('reads %s', (challenge, nonce, expected) => {
    expect(readChallenge(reply(401, challenge, nonce))).toBe(expected);
  });

  it.each([
    ['a demand without a nonce', reply(401, 'DPoP error="use_dpop_nonce"')],
    ['another error', reply(401, 'DPoP error="invalid_dpop_proof"', 'nonce-1')],
    ['an error that only begins alike', reply(401, 'DPoP error="invalid_tokens"')],
    ['a parameter that only ends alike', reply(401, 'DPoP xerror="invalid_token"')],
    ['no challenge', reply(401)],
    ['403', reply(403, 'DPoP error="invalid_token"', 'nonce-1')],
    ['200', reply(200, 'DPoP error="use_dpop_nonce"', 'nonce-1')],
    ['words far behind the limit', reply(401, `DPoP ${'a'.repeat(5_000)}, error="invalid_token"`)],
  ])('asks for nothing on %s', (_name, response) => {
    expect(readChallenge(response)).toBeUndefined();
  });
});
