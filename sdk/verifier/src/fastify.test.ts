import type { AddressInfo } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { creanceFastify, requireScopes } from './fastify.js';
import type { OriginOptions } from './origin.js';
import { get, type Place, raw } from './support/node-bench.js';
import { Seen } from './support/seen.js';
import { cutEntry } from './support/test-issuer.js';
import { openBench } from './support/test-verifier.js';

const apps: FastifyInstance[] = [];
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

interface Served extends Place {
  readonly seen: Seen;
  /** Resolves when the slow route has begun. */
  readonly begun: Promise<void>;
  readonly finish: () => void;
}

async function serve(origin?: OriginOptions<FastifyRequest>): Promise<Served> {
  const seen = new Seen();
  const bench = await openBench({ reports: seen });
  const app = Fastify({ forceCloseConnections: true });
  apps.push(app);
  await app.register(creanceFastify(bench.verifier, origin));
  const onRequest = requireScopes('contacts:read');
  let finish = () => {};
  let begin = () => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  app.get('/contacts', { onRequest }, async ({ identity }) => ({ who: identity?.clientId }));
  app.get('/contacts/:id', { onRequest }, async () => ({}));
  app.get('/hooked', { preHandler: onRequest }, async () => ({}));
  app.get('/export', { onRequest: requireScopes('contacts:export') }, async () => ({}));
  const aimed = requireScopes(['contacts:read'], {
    action: 'mail.send',
    destinations: ({ query }) => (query as { to?: string[] }).to?.map(recipient),
  });
  app.get('/mails', { preHandler: aimed }, async () => ({}));
  app.get('/slow', { onRequest }, async () => {
    begin();
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    return {};
  });
  app.get('/stream', { onRequest }, (_request, reply) => {
    reply.hijack();
    reply.raw.write('first line\n');
    begin();
  });
  app.get('/*', { onRequest }, async () => ({ any: true }));
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  return { bench, port, seen, begun, finish: () => finish() };
}

const recipient = (value: string) => ({ kind: 'email' as const, value });

describe('what is reported of a request', () => {
  it('is what its route says that it is aimed at, and its name', async () => {
    const served = await serve();
    const reply = await get(served, '/mails?to=ann@example.com&to=bob@example.com');
    expect(reply.status).toBe(200);
    expect(served.seen.last).toMatchObject({
      action: 'mail.send',
      destinations: { named: ['ann@example.com', 'bob@example.com'].map(recipient), unread: 0 },
    });
    await get(served, '/contacts');
    expect(served.seen.last?.destinations).toBeUndefined();
  });

  // breaks when: a fault of what names the destinations lets the request through without them
  it('is never nothing because its destinations cannot be told: it is not let through', async () => {
    const served = await serve();
    expect((await get(served, '/mails?to=ann@example.com')).status).toBe(500);
    expect(served.seen.sightings).toEqual([]);
  });

  it('is the network of the peer, and the client without its version', async () => {
    const served = await serve();
    await get(served, '/contacts');
    const network = new Uint8Array(0);
    expect(served.seen.last?.origin).toEqual({ isSeen: true, network, client: 'node' });
    const refused = await get(served, '/export');
    expect(refused.status).toBe(403);
    expect(served.seen.last?.origin?.client).toBe('node');
  });

  it('is nothing of the network behind a proxy, but what the proxy says', async () => {
    const clientAddress = ({ headers }: FastifyRequest) =>
      headers['x-real-ip'] as string | undefined;
    const served = await serve({ behindProxy: true, clientAddress });
    await get(served, '/contacts');
    expect(served.seen.last?.origin).toMatchObject({ isSeen: false, client: 'node' });
    await get(served, '/contacts', { headers: { 'x-real-ip': '::ffff:192.0.2.7' } });
    const network = Uint8Array.of(192, 0, 2);
    expect(served.seen.last?.origin).toEqual({ isSeen: true, network, client: 'node' });
  });
});

describe('requireScopes', () => {
  it('lets a good request through and says who makes it', async () => {
    const served = await serve();
    const reply = await get(served, '/contacts?page=1');
    expect(reply.status).toBe(200);
    expect(await reply.json()).toEqual({ who: 'support-triage' });
    expect((await get(served, '/hooked')).status).toBe(200);
  });

  it('refuses with status, challenge and reason', async () => {
    const served = await serve();
    const nobody = await fetch(`http://127.0.0.1:${served.port}/contacts`);
    expect(nobody.status).toBe(401);
    expect(nobody.headers.get('www-authenticate')).toBe('DPoP algs="ES256"');
    expect(nobody.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    const narrow = await get(served, '/export');
    expect(narrow.status).toBe(403);
    expect(await narrow.json()).toMatchObject({
      error: 'insufficient_scope',
      reason: 'insufficient_scope',
    });
  });

  // breaks when: callOf reads request.headers, where Node keeps the first of two.
  it('refuses two Authorization headers and two proofs', async () => {
    const { bench, port } = await serve();
    const token = bench.issuer.token();
    const authorization = `Authorization: DPoP ${token}`;
    const proof = () => `DPoP: ${bench.issuer.proof(token)}`;
    const line = 'GET /contacts HTTP/1.1';
    const twice = await raw(port, [line, authorization, authorization, proof()]);
    expect(twice).toContain('authorization_malformed');
    expect(await raw(port, [line, authorization, proof(), proof()])).toContain('proof_duplicated');
    expect(await raw(port, [line, authorization, proof()])).toMatch(/^HTTP\/1.1 200/);
  });

  it.each(['/a/../contacts', '/./contacts', '//contacts', '/a\\contacts', '/caf\u00e9'])(
    'refuses the path %s when its normal form is another',
    async (path) => {
      const { bench, port } = await serve();
      const token = bench.issuer.token();
      const htu = new URL(bench.issuer.audience + path).href;
      const headers = [
        `Authorization: DPoP ${token}`,
        `DPoP: ${bench.issuer.proof(token, { htu })}`,
      ];
      const reply = await raw(port, [`GET ${path} HTTP/1.1`, ...headers]);
      // `//contacts` is its own normal form: the proof names it, and so does the route.
      if (path === '//contacts') expect(reply).toMatch(/^HTTP\/1.1 200/);
      else expect(reply).not.toMatch(/^HTTP\/1.1 200/);
    },
  );

  it('refuses a target in absolute form, whatever host it names', async () => {
    const { bench, port } = await serve();
    const token = bench.issuer.token();
    const htu = `${bench.issuer.audience}/contacts`;
    const proof = `DPoP: ${bench.issuer.proof(token, { htu })}`;
    const line = `GET ${htu} HTTP/1.1`;
    const reply = await raw(port, [line, `Authorization: DPoP ${token}`, proof]);
    expect(reply).not.toMatch(/^HTTP\/1.1 200/);
  });

  it('answers 401 to a running call whose token is cut', async () => {
    const served = await serve();
    const reply = get(served, '/slow');
    await served.begun;
    await served.bench.feed.receive(
      served.bench.issuer.delta([cutEntry(served.bench.issuer.session)]),
    );
    const refused = await reply;
    expect(refused.status).toBe(401);
    expect(await refused.json()).toMatchObject({ reason: 'token_cut' });
    served.finish();
  });

  // breaks when: endCall does nothing once headers are sent.
  it('breaks off a reply that has begun when the token is cut', async () => {
    const served = await serve();
    const reply = await get(served, '/stream');
    const body = reply.text();
    await served.bench.feed.receive(
      served.bench.issuer.delta([cutEntry(served.bench.issuer.session)]),
    );
    await expect(body).rejects.toThrow();
  });

  // breaks when: the stream is left to the handler once headers are sent.
  it('breaks off a stream when the session is suspended, and serves what is issued afterwards', async () => {
    const served = await serve();
    const { feed, issuer } = served.bench;
    const body = (await get(served, '/stream')).text();
    const before = issuer.token();
    await feed.receive(issuer.delta([cutEntry(issuer.session, false)]));
    await expect(body).rejects.toThrow();
    expect((await get(served, '/contacts', { token: before })).status).toBe(401);
    expect((await get(served, '/contacts')).status).toBe(200);
  });

  // breaks when: the action is named by request.url.
  it('names the action by its template, never by its arguments', async () => {
    const served = await serve();
    await get(served, '/contacts/4711?token=secret');
    expect(served.seen.last).toMatchObject({
      action: 'GET /contacts/:id',
      refusal: undefined,
      sessionId: served.bench.issuer.session,
    });
    expect(JSON.stringify(served.seen.sightings)).not.toMatch(/4711|secret/);
  });

  it('releases the identity when the reply is done or the client is gone', async () => {
    const served = await serve();
    const { clock } = served.bench;
    const waiting = clock.waiting;
    await (await get(served, '/contacts')).text();
    const gone = new AbortController();
    const reply = get(served, '/slow', { signal: gone.signal }).catch(() => {});
    await served.begun;
    expect(clock.waiting).toBe(waiting + 1);
    gone.abort();
    await reply;
    served.finish();
    await expect.poll(() => clock.waiting).toBe(waiting);
  });

  it('answers 500 on a route whose app has no verifier', async () => {
    const app = Fastify();
    apps.push(app);
    app.get('/contacts', { onRequest: requireScopes('contacts:read') }, async () => ({}));
    expect((await app.inject({ url: '/contacts' })).statusCode).toBe(500);
  });
});
