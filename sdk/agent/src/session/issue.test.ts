import { IssueTokenResponse } from '@creance/proto/wire';
import { describe, expect, it } from 'vitest';
import { setStage } from '../doubles/stage.js';

const ask = { audience: 'https://crm.example', scopes: ['contacts:read'], lifetimeSeconds: 60 };
const whole = {
  tokenType: 'DPoP',
  expiresUnixSeconds: 1_800_000_000n,
  scopes: ['contacts:read'],
  lifetimeSeconds: 60,
};

function tokenOf(claims: object): string {
  return `a.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c`;
}

async function answerWith(parts: Partial<IssueTokenResponse>) {
  const { broker, open } = setStage();
  const session = await open();
  const token = tokenOf({ cnf: { jkt: broker.sessions.get(session.id) } });
  const response = IssueTokenResponse.encode({ ...whole, token, ...parts }).finish();
  broker.replyNext('IssueToken', { ok: true, response, nonce: undefined });
  return session.token(ask);
}

describe('issueToken', () => {
  it('takes the token that was asked for', async () => {
    const token = await answerWith({});
    expect(token.reveal()).toMatch(/^a\..+\.c$/);
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

  // breaks when: `issuedOf` does not look at the key: our proof with another's token looks like theft
  it.each([
    ['is bound to another key', { cnf: { jkt: 'x'.repeat(43) } }],
    ['is bound to no key', {}],
    ['names its key in no form', { cnf: 'x' }],
    ['has no claims', []],
  ])('refuses a token that %s', async (_name, claims) => {
    await expect(answerWith({ token: tokenOf(claims) })).rejects.toMatchObject({
      code: 'CREANCE_TOKEN_WRONG_KEY',
    });
  });

  it('refuses a lifetime beyond any token of ours when none was asked for', async () => {
    const { broker, open } = setStage();
    const session = await open();
    const response = IssueTokenResponse.encode({
      ...whole,
      token: 'a.b.c',
      lifetimeSeconds: 901,
    }).finish();
    broker.replyNext('IssueToken', { ok: true, response, nonce: undefined });
    const asked = session.token({ audience: ask.audience, scopes: ask.scopes });
    await expect(asked).rejects.toMatchObject({ code: 'CREANCE_REPLY_MALFORMED' });
  });
});
