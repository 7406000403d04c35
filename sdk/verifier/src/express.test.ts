import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import express from 'express';
import { afterEach, describe, expect, it } from 'vitest';
import { creanceExpress, type ExpressOptions } from './express.js';
import { get, type Place, raw } from './support/node-bench.js';
import { Seen } from './support/seen.js';
import { cutEntry } from './support/test-issuer.js';
import { type Bench, openBench } from './support/test-verifier.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

interface Served extends Place {
  readonly seen: Seen;
  /** Resolves when a slow route has begun. */
  readonly begun: Promise<void>;
  readonly finish: () => void;
  /** What the slow routes have read of their requests. */
  readonly read: string[];
  /** Signals of the identities that slow routes have seen. */
  readonly faults: unknown[];
}

async function listen(app: RequestListener): Promise<number> {
  const server = createServer(app);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function serve(options: ExpressOptions = {}): Promise<Served> {
  const seen = new Seen();
  const bench = await openBench({ reports: seen });
  const { requireScopes } = creanceExpress(bench.verifier, options);
  const app = express();
  const [read, faults]: [string[], unknown[]] = [[], []];
  let begin = () => {};
  let finish = () => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const guard = requireScopes('contacts:read');
  app.get('/contacts', guard, ({ identity }, response) => {
    response.json({ who: identity?.clientId });
  });
  app.get('/contacts/:id', guard, (_request, response) => void response.json({}));
  app.get('/export', requireScopes('contacts:export'), (_request, response) => {
    response.json({});
  });
  app.get('/slow', guard, async (_request, response) => {
    begin();
    await finished;
    response.json({ late: true });
  });
  app.get('/stream', guard, (_request, response) => {
    response.write('first line\n');
    begin();
  });
  app.post('/upload', guard, (request) => {
    request.on('data', (bytes) => read.push(String(bytes)));
    request.on('error', () => {});
    begin();
  });
  const router = express.Router();
  router.get('/notes', guard, (_request, response) => void response.json({}));
  app.use('/tenants/:tenant', router);
  app.get(/^\/any/, guard, (_request, response) => void response.json({}));
  app.use((fault: unknown, _request: unknown, response: express.Response, _next: unknown) => {
    faults.push(fault);
    if (!response.headersSent) response.status(500).json({});
  });
  return { bench, seen, port: await listen(app), begun, finish, read, faults };
}

const cut = async ({ feed, issuer }: Bench, absolute = true) => {
  const applied = await feed.receive(issuer.delta([cutEntry(issuer.session, absolute)]));
  expect(applied.ok).toBe(true);
};

describe('creanceExpress', () => {
  it('lets a good request through and says who makes it', async () => {
    const served = await serve();
    const reply = await get(served, '/contacts?page=1');
    expect(reply.status).toBe(200);
    expect(await reply.json()).toEqual({ who: 'support-triage' });
  });

  it('refuses with status, challenge and reason, and calls no handler', async () => {
    const served = await serve();
    const nobody = await fetch(`http://127.0.0.1:${served.port}/contacts`);
    expect(nobody.status).toBe(401);
    expect(nobody.headers.get('www-authenticate')).toBe('DPoP algs="ES256"');
    const narrow = await get(served, '/export');
    expect(narrow.status).toBe(403);
    expect(await narrow.json()).toMatchObject({ reason: 'insufficient_scope' });
    expect(served.faults).toEqual([]);
  });

  // breaks when: callOfNode reads request.headers, where Node keeps the first of two.
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

  // breaks when: the proof is compared with request.url, which a mounted router has shortened.
  it('wants a proof for the whole path, also below a mounted router', async () => {
    const served = await serve();
    expect((await get(served, '/tenants/7/notes')).status).toBe(200);
    const htu = `${served.bench.issuer.audience}/notes`;
    expect((await get(served, '/tenants/7/notes', { htu })).status).toBe(401);
  });

  // breaks when: routeOf names the action by request.originalUrl or baseUrl.
  it('names the action by its template, never by its arguments', async () => {
    const served = await serve();
    const actions: (string | undefined)[] = [];
    for (const path of ['/contacts/4711?q=secret', '/tenants/4711/notes', '/any/4711']) {
      expect((await get(served, path)).status).toBe(200);
      actions.push(served.seen.last?.action);
    }
    expect(actions).toEqual(['GET /contacts/:id', 'GET /notes', 'GET']);
    expect(JSON.stringify(served.seen.sightings)).not.toMatch(/4711|secret/);
    const named = await serve({ actionOf: () => 'contacts.read' });
    await get(named, '/contacts');
    expect(named.seen.last?.action).toBe('contacts.read');
  });

  it('answers 401 to a running call whose token is cut, whatever its handler says later', async () => {
    const served = await serve();
    const reply = get(served, '/slow');
    await served.begun;
    await cut(served.bench);
    const refused = await reply;
    expect(refused.status).toBe(401);
    expect(await refused.json()).toMatchObject({ reason: 'token_cut' });
    served.finish();
    await expect.poll(() => served.faults.length).toBe(1);
  });

  // breaks when: endCall does nothing once headers are sent.
  it('breaks off a reply that has begun when the session is suspended, and serves what comes later', async () => {
    const served = await serve();
    const body = (await get(served, '/stream')).text();
    const before = served.bench.issuer.token();
    await cut(served.bench, false);
    await expect(body).rejects.toThrow();
    expect((await get(served, '/contacts', { token: before })).status).toBe(401);
    expect((await get(served, '/contacts')).status).toBe(200);
  });

  // breaks when: refuse leaves the request open: its handler would read on.
  it('ends a request that is still being sent', async () => {
    const { begun, bench, port, read } = await serve();
    const token = bench.issuer.token();
    const claims = { htm: 'POST', htu: `${bench.issuer.audience}/upload` };
    const socket = connect(port, '127.0.0.1');
    const gone = new Promise((resolve) => socket.once('close', resolve));
    const refused = new Promise<string>((resolve) =>
      socket.once('data', (bytes) => resolve(`${bytes}`)),
    );
    socket.on('error', () => {});
    const head = [
      'POST /upload HTTP/1.1',
      'Host: crm',
      'Transfer-Encoding: chunked',
      `Authorization: DPoP ${token}`,
      `DPoP: ${bench.issuer.proof(token, claims)}`,
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n5\r\nfirst\r\n`);
    await begun;
    await expect.poll(() => read).toEqual(['first']);
    await cut(bench);
    expect(await refused).toMatch(/^HTTP\/1.1 401/);
    socket.write('6\r\nsecond\r\n');
    await gone;
    expect(read).toEqual(['first']);
  });

  it('releases the identity when the reply is done or the client is gone', async () => {
    const served = await serve();
    const { clock } = served.bench;
    const { waiting } = clock;
    await (await get(served, '/contacts')).text();
    await expect.poll(() => clock.waiting).toBe(waiting);
    const gone = new AbortController();
    const reply = get(served, '/slow', { signal: gone.signal }).catch(() => {});
    await served.begun;
    expect(clock.waiting).toBe(waiting + 1);
    gone.abort();
    await reply;
    await expect.poll(() => clock.waiting).toBe(waiting);
    served.finish();
  });

  // breaks when: a fault of the verifier ends in next() without it.
  it('hands a fault on and lets nobody through', async () => {
    const verifier = {
      verifyCall: () => Promise.reject(new Error('a fault')),
    } as unknown as Bench['verifier'];
    const app = express();
    const guard = creanceExpress(verifier).requireScopes('contacts:read');
    app.get('/', guard, (_request, response) => void response.json({}));
    app.use((_fault: unknown, _request: unknown, response: express.Response, _next: unknown) => {
      response.status(500).json({});
    });
    const reply = await fetch(`http://127.0.0.1:${await listen(app)}/`);
    expect(reply.status).toBe(500);
  });

  it.each([[[]], [['not a scope']]])('throws for the scopes %j', async (scopes) => {
    const { verifier } = await openBench();
    expect(() => creanceExpress(verifier).requireScopes(...scopes)).toThrow(TypeError);
  });

  it('protects a plain server of node:http', async () => {
    const bench = await openBench();
    const guard = creanceExpress(bench.verifier).requireScopes('contacts:read');
    const port = await listen((request, response) => {
      void guard(request, response, () => response.end('through'));
    });
    const place = { bench, port };
    expect(await (await get(place, '/contacts')).text()).toBe('through');
    await cut(bench);
    expect((await get(place, '/contacts')).status).toBe(401);
  });
});
