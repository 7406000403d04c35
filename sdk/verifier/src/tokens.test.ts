import { describe, expect, it } from 'vitest';
import { openBench } from './support/test-verifier.js';
import { Tokens } from './tokens.js';

async function openTokens(tokensCachedMax = 10) {
  const bench = await openBench();
  const { feed, issuer, clock } = bench;
  const tokens = new Tokens(feed.view, feed.primitives, tokensCachedMax);
  const genuine = async (token: string) => {
    const checked = await tokens.genuine(token, clock.now() / 1_000);
    return checked.ok ? 'ok' : checked.error;
  };
  return { ...bench, tokens, genuine, keyId: issuer.tokenKey.thumbprint as string };
}

describe('Tokens', () => {
  it('keeps a genuine token by every byte of it, and nothing else', async () => {
    const { issuer, tokens, genuine } = await openTokens();
    const token = issuer.token();
    expect(await genuine(token)).toBe('ok');
    expect(tokens.size).toBe(1);
    const forged = `${token.slice(0, token.lastIndexOf('.') + 1)}${'A'.repeat(86)}`;
    expect(await genuine(forged)).toBe('token_signature_invalid');
    expect(await genuine(`${token}=`)).toBe('token_not_canonical');
    expect(tokens.size).toBe(1);
  });

  // breaks when: a known token is given without asking keyFault.
  it('drops a token whose signing key was cut', async () => {
    const { feed, issuer, tokens, genuine, keyId } = await openTokens();
    const token = issuer.token();
    expect(await genuine(token)).toBe('ok');
    const target = { $case: 'cutKeyId', value: keyId } as const;
    await feed.receive(issuer.delta([{ target, absolute: true }]));
    expect(await genuine(token)).toBe('token_key_cut');
    expect(tokens.size).toBe(0);
  });

  it('keeps no more than tokensCachedMax', async () => {
    const { issuer, tokens, genuine } = await openTokens(4);
    for (let at = 0; at < 20; at += 1) {
      expect(await genuine(issuer.token())).toBe('ok');
      expect(tokens.size).toBeLessThanOrEqual(4);
    }
  });
});
