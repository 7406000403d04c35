import { describe, expect, it } from 'vitest';
import { parseTokenRequest } from './token-ask.js';

const good = { audience: 'https://crm.example', scopes: ['b', 'a'] };

describe('parseTokenRequest', () => {
  it('brings a request into its one form', () => {
    expect(parseTokenRequest(good)).toEqual({
      audience: 'https://crm.example',
      scopes: ['a', 'b'],
      lifetimeSeconds: 0,
    });
    expect(parseTokenRequest({ ...good, lifetimeSeconds: 900 }).lifetimeSeconds).toBe(900);
  });

  it.each([
    [{ scopes: [] }, 'CREANCE_SCOPE_MALFORMED'],
    [{ scopes: ['*'] }, 'CREANCE_SCOPE_MALFORMED'],
    [{ scopes: ['a', 'a'] }, 'CREANCE_SCOPE_MALFORMED'],
    [{ audience: '' }, 'CREANCE_AUDIENCE_MALFORMED'],
    [{ audience: 'a'.repeat(257) }, 'CREANCE_AUDIENCE_MALFORMED'],
    [{ lifetimeSeconds: 14 }, 'CREANCE_LIFETIME_NOT_ALLOWED'],
    [{ lifetimeSeconds: 901 }, 'CREANCE_LIFETIME_NOT_ALLOWED'],
    [{ lifetimeSeconds: 60.5 }, 'CREANCE_LIFETIME_NOT_ALLOWED'],
    [{ lifetimeSeconds: Number.NaN }, 'CREANCE_LIFETIME_NOT_ALLOWED'],
    [{ lifetimeSeconds: -60 }, 'CREANCE_LIFETIME_NOT_ALLOWED'],
  ])('refuses %j without asking the broker', (parts, code) => {
    expect(() => parseTokenRequest({ ...good, ...parts })).toThrowError(
      expect.objectContaining({ code }),
    );
  });
});
