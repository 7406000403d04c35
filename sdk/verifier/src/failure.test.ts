import { describe, expect, it } from 'vitest';
import { Failure } from './failure.js';
import { type FailureReason, failures } from './failures.js';

const reasons = Object.keys(failures) as FailureReason[];

describe('Failure', () => {
  it('says 403 with every scope that is needed', async () => {
    const scopes = ['contacts:read', 'contacts:export'];
    const response = new Failure('insufficient_scope', { scopes }).response();
    expect(response.status).toBe(403);
    expect(response.headers.get('www-authenticate')).toMatch(
      /^DPoP algs="ES256", error="insufficient_scope", error_description="[^"]+", scope="contacts:read contacts:export"$/,
    );
  });

  it('gives no error code to a request that named no token (RFC 6750 §3.1)', () => {
    const { headers } = new Failure('token_missing');
    expect(headers['www-authenticate']).toBe('DPoP algs="ES256"');
  });

  it('hands out the nonce that it asks for', () => {
    const { headers } = new Failure('nonce_required', { nonce: 'abc' });
    expect(headers['dpop-nonce']).toBe('abc');
    expect(headers['www-authenticate']).toContain('error="use_dpop_nonce"');
  });

  it('says when to come back, and no challenge, when the resource is at fault', () => {
    const { status, headers } = new Failure('feed_stale');
    expect(status).toBe(503);
    expect(headers['retry-after']).toBe('2');
    expect(headers['www-authenticate']).toBeUndefined();
  });

  it('has a body of code, reason and a request id of its own', async () => {
    const body = await new Failure('token_cut').response().json();
    expect(body).toEqual({
      type: 'https://creance.dev/docs/reference/errors-verifier.md#token_cut',
      error: 'invalid_token',
      reason: 'token_cut',
      request_id: expect.stringMatching(/^[\w-]{22}$/),
    });
    const ids = new Set([1, 2, 3].map(() => new Failure('token_cut').requestId));
    expect(ids.size).toBe(3);
  });

  it.each(reasons)('makes a well-formed reply of %s', (reason) => {
    const failure = new Failure(reason);
    const { status, headers } = failure;
    expect([401, 403, 503]).toContain(status);
    expect(headers['cache-control']).toBe('no-store');
    // RFC 9110 §5.6.4: what stands between quotes must need no escape.
    expect(failure.message).toMatch(/^[a-z][\x20-\x21\x23-\x5b\x5d-\x7e]*[^.]$/);
    expect(headers['retry-after'] === undefined).toBe(status !== 503);
    expect(headers['www-authenticate'] === undefined).toBe(status === 503);
  });

  it('names the scopes in its body to who has proved to hold the token, and to nobody else', () => {
    const scopes = ['contacts:read', 'a"b'];
    expect(new Failure('insufficient_scope', { scopes }).body).toMatchObject({
      scope: 'contacts:read',
    });
    expect(new Failure('token_expired').body).not.toHaveProperty('scope');
  });

  // RFC 9728 §5.1: how a client that was never told finds the way to a token.
  it.each(['token_missing', 'token_expired', 'insufficient_scope'] as const)(
    'names where the metadata of the resource are for %s',
    (reason) => {
      const resourceMetadata = 'https://crm.example/.well-known/oauth-protected-resource';
      const { headers } = new Failure(reason, { resourceMetadata });
      expect(headers['www-authenticate']).toContain(`resource_metadata="${resourceMetadata}"`);
      expect(new Failure('feed_stale', { resourceMetadata }).headers).not.toHaveProperty(
        'www-authenticate',
      );
    },
  );

  it('lets no scope into a header that is none by form', () => {
    const scopes = ['a"b', 'contacts:read', 'x\r\ny'];
    const { headers } = new Failure('insufficient_scope', { scopes });
    expect(headers['www-authenticate']).toMatch(/ scope="contacts:read"$/);
  });
});
