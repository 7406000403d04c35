import { IssueTokenResponse } from '@creance/proto/wire';
import { describe, expect, it } from 'vitest';
import { setStage } from '../doubles/stage.js';

const ask = { audience: 'https://crm.example', scopes: ['contacts:read'], lifetimeSeconds: 60 };
const whole = {
  token: 'a.b.c',
  tokenType: 'DPoP',
  expiresUnixSeconds: 1_800_000_000n,
  scopes: ['contacts:read'],
  lifetimeSeconds: 60,
};

async function answerWith(parts: Partial<IssueTokenResponse>) {
  const { broker, open } = setStage();
  const session = await open();
  const response = IssueTokenResponse.encode({ ...whole, ...parts }).finish();
  broker.replyNext('IssueToken', { ok: true, response, nonce: undefined });
  return session.token(ask);
}

describe('issueToken', () => {
  it('takes the token that was asked for', async () => {
    const token = await answerWith({});
    expect(token.reveal()).toBe('a.b.c');
    expect(token.audience).toBe(ask.audience);
    expect(token.scopes).toEqual(ask.scopes);
    expect(token.expiresAt.getTime()).toBe(1_800_000_000_000);
  });

  // breaks when: any condition of `readResponse` goes
  it.each([
    ['is not bound to a key', { tokenType: 'Bearer' }],
    ['has a scope that nobody asked for', { scopes: ['contacts:export', 'contacts:read'] }],
    ['has no scope', { scopes: [] }],
    ['names a scope twice', { scopes: ['contacts:read', 'contacts:read'] }],
    ['lives longer than asked', { lifetimeSeconds: 61 }],
    ['does not live', { lifetimeSeconds: 0 }],
    ['is empty', { token: '' }],
    ['would break the header', { token: 'a.b.c\r\nX: y' }],
    ['is no JWS', { token: 'a.b' }],
    ['is too long', { token: `a.b.${'c'.repeat(4_096)}` }],
    ['ends beyond all numbers', { expiresUnixSeconds: 2n ** 62n }],
  ])('refuses a token that %s', async (_name, parts) => {
    await expect(answerWith(parts)).rejects.toMatchObject({ code: 'CREANCE_REPLY_MALFORMED' });
  });

  it('refuses a lifetime beyond any token of ours when none was asked for', async () => {
    const { broker, open } = setStage();
    const session = await open();
    const response = IssueTokenResponse.encode({ ...whole, lifetimeSeconds: 901 }).finish();
    broker.replyNext('IssueToken', { ok: true, response, nonce: undefined });
    const asked = session.token({ audience: ask.audience, scopes: ask.scopes });
    await expect(asked).rejects.toMatchObject({ code: 'CREANCE_REPLY_MALFORMED' });
  });
});
