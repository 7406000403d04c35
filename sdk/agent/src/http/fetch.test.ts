import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Answer,
  answerInTurn,
  good,
  type Resource,
  refusal,
  startResource,
} from '../doubles/resource.js';
import { type Stage, setStage } from '../doubles/stage.js';
import { SessionRevokedError } from '../errors/creance-error.js';
import type { InternalSession } from '../internal.js';

const crm = { audience: 'https://crm.example', scopes: ['contacts:read'] };

let stage: Stage;
let session: InternalSession;
let resource: Resource;
beforeEach(async () => {
  stage = setStage();
  session = await stage.open();
  resource = await startResource();
});
afterEach(async () => {
  expect(resource.faults).toEqual([]);
  await resource.close();
});

const answerWith = (...answers: Answer[]): void => answerInTurn(resource, answers);

describe('session.fetch', () => {
  it('sends the token with a proof for this request, by the session key', async () => {
    const response = await session.fetch(`${resource.origin}/contacts?page=2`, crm);
    expect(await response.text()).toBe('ok');
    const token = await session.token(crm);
    expect(resource.seen[0]).toMatchObject({ method: 'GET', token: token.reveal() });
    const [opened] = stage.broker.seen('OpenSession');
    expect(resource.seen[0]?.proof.jwk).toEqual(opened?.parsed.jwk);
    expect(resource.seen[0]?.headers.authorization).toMatch(/^DPoP /);
  });

  it('makes another proof for each request, with the next number', async () => {
    for (let i = 0; i < 3; i += 1) await session.fetch(`${resource.origin}/`, crm);
    const counters = resource.seen.map(({ proof }) => proof.counter);
    // 1 opened the session, 2 its stream, 3 got the token.
    expect(counters).toEqual([4, 5, 6]);
    expect(stage.broker.seen('IssueToken')).toHaveLength(1);
  });

  it('sends method, body and headers as they were given', async () => {
    const headers = { 'x-trace': 'a' };
    const init = { ...crm, method: 'post', body: new URLSearchParams('a=b'), headers };
    await session.fetch(new URL(resource.origin), init);
    expect(resource.seen[0]).toMatchObject({ method: 'POST', body: 'a=b' });
    expect(resource.seen[0]?.headers).toMatchObject({ 'x-trace': 'a' });
  });

  it('sends a Request', async () => {
    const given = new Request(`${resource.origin}/a`, { method: 'PUT', body: 'text' });
    await session.fetch(given, crm);
    expect(resource.seen[0]).toMatchObject({ method: 'PUT', url: '/a', body: 'text' });
  });

  describe('on 401 with a nonce', () => {
    it('tries once more with the nonce, and with the same token', async () => {
      answerWith(refusal('use_dpop_nonce', 'nonce-1'), good);
      expect(
        (await session.fetch(resource.origin, { ...crm, method: 'POST', body: 'a' })).status,
      ).toBe(200);
      expect(resource.seen.map(({ proof }) => proof.nonce)).toEqual([undefined, 'nonce-1']);
      expect(resource.seen.map(({ body }) => body)).toEqual(['a', 'a']);
      expect(new Set(resource.seen.map(({ token }) => token)).size).toBe(1);
    });

    // breaks when: the answered challenge is not remembered
    it('gives a second demand to the caller', async () => {
      answerWith(refusal('use_dpop_nonce', 'nonce-1'));
      expect((await session.fetch(resource.origin, crm)).status).toBe(401);
      expect(resource.seen).toHaveLength(2);
    });

    it('repeats the newest nonce of that resource from then on, and to nobody else', async () => {
      const other = await startResource();
      answerWith({ ...good, headers: { 'dpop-nonce': 'nonce-7' } });
      await session.fetch(resource.origin, crm);
      await session.fetch(resource.origin, crm);
      await session.fetch(other.origin, crm);
      expect(resource.seen[1]?.proof.nonce).toBe('nonce-7');
      expect(other.seen[0]?.proof.nonce).toBeUndefined();
      await other.close();
    });
  });

  describe('on 401 invalid_token', () => {
    it('gets one fresh token and tries once more', async () => {
      answerWith(refusal('invalid_token'), good);
      expect((await session.fetch(resource.origin, crm)).status).toBe(200);
      const [first, second] = resource.seen.map(({ token }) => token);
      expect(first).not.toBe(second);
      expect(stage.broker.seen('IssueToken')).toHaveLength(2);
      expect((await session.token(crm)).reveal()).toBe(second);
    });

    it('gives the second refusal to the caller', async () => {
      answerWith(refusal('invalid_token'));
      expect((await session.fetch(resource.origin, crm)).status).toBe(401);
      expect(resource.seen).toHaveLength(2);
      expect(stage.broker.seen('IssueToken')).toHaveLength(2);
    });

    it('answers a demand for a nonce and a refused token in one request, three tries in all', async () => {
      const nonce = refusal('use_dpop_nonce', 'nonce-1');
      answerWith(nonce, refusal('invalid_token'), nonce);
      expect((await session.fetch(resource.origin, crm)).status).toBe(401);
      expect(resource.seen).toHaveLength(3);
    });

    it('asks for one token when many requests are refused at once', async () => {
      resource.answer = ({ token }) =>
        token.startsWith('token-1.') ? refusal('invalid_token') : good;
      const sent = Array.from({ length: 10 }, () => session.fetch(resource.origin, crm));
      expect((await Promise.all(sent)).map(({ status }) => status)).toEqual(Array(10).fill(200));
      expect(stage.broker.seen('IssueToken')).toHaveLength(2);
    });

    it('learns so that its session was revoked', async () => {
      await session.token(crm);
      stage.broker.over = 'session_revoked';
      answerWith(refusal('invalid_token'));
      await expect(session.fetch(resource.origin, crm)).rejects.toBeInstanceOf(SessionRevokedError);
      expect(session.signal.aborted).toBe(true);
      expect(resource.seen).toHaveLength(1);
    });

    // breaks when: `resendable` is not asked
    it.each([
      ['a stream', () => ({ body: new Blob(['text']).stream(), duplex: 'half' })],
      ['the body of a Request', () => ({})],
    ])('does not send %s again', async (_name, parts) => {
      answerWith(refusal('invalid_token'), good);
      const given = new Request(resource.origin, { method: 'POST', body: 'text' });
      const init = parts();
      const input = 'body' in init ? resource.origin : given;
      const response = await session.fetch(input, { ...crm, method: 'POST', ...(init as object) });
      expect(response.status).toBe(401);
      expect(resource.seen.map(({ body }) => body)).toEqual(['text']);
    });
  });

  it.each([403, 401, 404, 500, 503])('gives a plain %d back as it is', async (status) => {
    answerWith({ status, body: 'as it is' });
    const response = await session.fetch(resource.origin, crm);
    expect(response.status).toBe(status);
    expect(await response.text()).toBe('as it is');
    expect(resource.seen).toHaveLength(1);
  });

  it('gives a 403 back even when it names a missing scope', async () => {
    answerWith({ ...refusal('insufficient_scope'), status: 403 });
    expect((await session.fetch(resource.origin, crm)).status).toBe(403);
    expect(resource.seen).toHaveLength(1);
  });

  describe('a redirect', () => {
    // breaks when: `redirect` is left to fetch
    it('is given back, not followed', async () => {
      const thief = await startResource();
      answerWith({ status: 302, headers: { location: thief.origin } });
      const response = await session.fetch(resource.origin, crm);
      expect(response.status).toBe(302);
      expect(response.headers.get('location')).toBe(thief.origin);
      expect(thief.seen).toEqual([]);
      await thief.close();
    });

    it('is not followed either when a Request says so', async () => {
      const thief = await startResource();
      answerWith({ status: 307, headers: { location: thief.origin } });
      const given = new Request(resource.origin, { redirect: 'follow' });
      expect((await session.fetch(given, crm)).status).toBe(307);
      expect(thief.seen).toEqual([]);
      await thief.close();
    });

    it('can be an error', async () => {
      answerWith({ status: 302, headers: { location: resource.origin } });
      const sent = session.fetch(resource.origin, { ...crm, redirect: 'error' });
      await expect(sent).rejects.toBeInstanceOf(TypeError);
      expect(resource.seen).toHaveLength(1);
    });

    it('is refused before anything is sent when it should be followed', async () => {
      const sent = session.fetch(resource.origin, { ...crm, redirect: 'follow' });
      await expect(sent).rejects.toMatchObject({ code: 'CREANCE_REDIRECT_FOLLOW' });
      expect(resource.seen).toEqual([]);
      expect(stage.broker.seen('IssueToken')).toEqual([]);
    });
  });
});

describe('session.headers', () => {
  it('signs a request that something else sends', async () => {
    const url = `${resource.origin}/contacts?page=2`;
    const headers = await session.headers({ url, method: 'post', ...crm });
    const response = await fetch(url, { method: 'POST', headers });
    expect(response.status).toBe(200);
  });

  it('refuses what fetch refuses', async () => {
    await expect(session.headers({ url: 'http://crm.example/', ...crm })).rejects.toMatchObject({
      code: 'CREANCE_PLAIN_HTTP',
    });
  });
});
