import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, expect, it } from 'vitest';
import { get } from './support/node-bench.js';
import { Seen } from './support/seen.js';
import { cutEntry } from './support/test-issuer.js';
import { type Bench, openBench } from './support/test-verifier.js';
import { protect, type WebHandler } from './web.js';

const scopes = ['contacts:read'];

function ask({ issuer }: Bench, token: string = issuer.token()): Request {
  const headers = { authorization: `DPoP ${token}`, dpop: issuer.proof(token) };
  return new Request(`${issuer.audience}/contacts`, { headers });
}

const cut = ({ feed, issuer }: Bench, absolute = true) =>
  feed.receive(issuer.delta([cutEntry(issuer.session, absolute)]));

/** A body that a test writes. */
function written() {
  const cancelled: unknown[] = [];
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({
    start(given) {
      controller = given;
    },
    cancel(reason) {
      cancelled.push(reason);
    },
  });
  const write = (text: string) => controller?.enqueue(new TextEncoder().encode(text));
  return {
    body,
    cancelled,
    write,
    close: () => controller?.close(),
    fail: (fault: Error) => controller?.error(fault),
  };
}

describe('protect', () => {
  it('calls the handler for a good request alone, and says who makes it', async () => {
    const seen = new Seen();
    const bench = await openBench({ reports: seen });
    const called: string[] = [];
    const handler: WebHandler = (_request, identity) => {
      called.push(identity.clientId);
      return new Response('through', { status: 201, headers: { 'x-own': 'kept' } });
    };
    const guarded = protect(bench.verifier, { scopes, action: 'GET /contacts' }, handler);
    const reply = await guarded(ask(bench));
    expect([reply.status, reply.headers.get('x-own')]).toEqual([201, 'kept']);
    expect(await reply.text()).toBe('through');
    expect(seen.last?.action).toBe('GET /contacts');
    const refused = await guarded(new Request(`${bench.issuer.audience}/contacts`));
    expect(refused.status).toBe(401);
    const narrow = protect(bench.verifier, { scopes: ['contacts:export'] }, handler);
    expect((await narrow(ask(bench))).status).toBe(403);
    expect(called).toEqual(['support-triage']);
  });

  it('tells what a request is aimed at, and where it came from', async () => {
    const seen = new Seen();
    const bench = await openBench({ reports: seen });
    const destinations = async (request: Request) => [
      { kind: 'email' as const, value: await request.clone().text() },
    ];
    const clientAddress = ({ headers }: Request) => headers.get('x-real-ip') ?? undefined;
    const options = { scopes, destinations, clientAddress };
    const guarded = protect(bench.verifier, options, async (request) => {
      return new Response(await request.text());
    });
    const token = bench.issuer.token();
    const headers = {
      authorization: `DPoP ${token}`,
      dpop: bench.issuer.proof(token, { htm: 'POST' }),
      'user-agent': 'curl/8',
      'x-real-ip': '192.0.2.7',
    };
    const init = { method: 'POST', headers, body: 'ann@example.com' };
    const reply = await guarded(new Request(`${bench.issuer.audience}/contacts`, init));
    expect(await reply.text()).toBe('ann@example.com');
    expect(seen.last).toMatchObject({
      destinations: { named: [{ kind: 'email', value: 'ann@example.com' }] },
      origin: { isSeen: true, network: Uint8Array.of(192, 0, 2), client: 'curl' },
    });
    await guarded(ask(bench));
    expect(seen.last?.origin).toBeUndefined();
  });

  // breaks when: streamOf does not listen to the signal.
  it('breaks off a body that streams when the session is suspended, and serves what comes later', async () => {
    const bench = await openBench();
    const { body, cancelled, write } = written();
    const guarded = protect(bench.verifier, { scopes }, () => new Response(body));
    const reader = (await guarded(ask(bench))).body?.getReader();
    write('first');
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('first');
    const next = reader?.read();
    const before = bench.issuer.token();
    await cut(bench, false);
    await expect(next).rejects.toMatchObject({ name: 'TokenEnded', reason: 'token_cut' });
    expect(cancelled).toMatchObject([{ reason: 'token_cut' }]);
    await expect(reader?.read()).rejects.toThrow();
    const plain = protect(bench.verifier, { scopes }, () => new Response('through'));
    expect((await plain(ask(bench, before))).status).toBe(401);
    expect((await plain(ask(bench))).status).toBe(200);
  });

  it('throws away what the body has written and nobody has read when the token ends', async () => {
    const bench = await openBench();
    const { body, write } = written();
    const guarded = protect(bench.verifier, { scopes }, () => new Response(body));
    const reply = await guarded(ask(bench));
    write('unread');
    await cut(bench);
    await expect(reply.text()).rejects.toMatchObject({ reason: 'token_cut' });
  });

  it('refuses while the handler works when the token ends, and drops its late answer', async () => {
    const bench = await openBench();
    const { body, cancelled } = written();
    let finish = (_: Response) => {};
    const late = new Promise<Response>((resolve) => {
      finish = resolve;
    });
    let begin = () => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const guarded = protect(bench.verifier, { scopes }, () => {
      begin();
      return late;
    });
    const reply = guarded(ask(bench));
    await begun;
    await cut(bench);
    const refused = await reply;
    expect(refused.status).toBe(401);
    expect(await refused.json()).toMatchObject({ reason: 'token_cut' });
    finish(new Response(body));
    await expect.poll(() => cancelled.length).toBe(1);
  });

  it.each<[string, WebHandler, (reply: Promise<Response>) => Promise<unknown>]>([
    ['has no body', () => new Response(null, { status: 204 }), (reply) => reply],
    ['is read to its end', () => new Response('text'), async (reply) => (await reply).text()],
    ['is left', () => new Response('text'), async (reply) => (await reply).body?.cancel()],
    [
      'fails',
      () => {
        const { body, fail } = written();
        fail(new Error('broken'));
        return new Response(body);
      },
      async (reply) => (await reply).text().catch(() => {}),
    ],
    ['is none: the handler throws', () => Promise.reject(new Error('x')), (r) => r.catch(() => {})],
  ])('releases the identity when the answer %s', async (_name, handler, taken) => {
    const bench = await openBench();
    const { waiting } = bench.clock;
    await taken(protect(bench.verifier, { scopes }, handler)(ask(bench)));
    expect(bench.clock.waiting).toBe(waiting);
  });

  it('keeps the identity while the body streams', async () => {
    const bench = await openBench();
    const { waiting } = bench.clock;
    const { body, close } = written();
    const reply = await protect(bench.verifier, { scopes }, () => new Response(body))(ask(bench));
    expect(bench.clock.waiting).toBe(waiting + 1);
    close();
    expect(await reply.text()).toBe('');
    expect(bench.clock.waiting).toBe(waiting);
  });

  it('breaks off an answer on the wire when the token is cut', async () => {
    const bench = await openBench();
    const { body, write } = written();
    const guarded = protect(bench.verifier, { scopes }, () => new Response(body));
    const server = createServer((request, response) => void serve(guarded, request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    write('first line\n');
    const reply = await get({ bench, port }, '/contacts');
    expect(reply.status).toBe(200);
    const text = reply.text();
    await cut(bench);
    await expect(text).rejects.toThrow();
    expect((await get({ bench, port }, '/contacts')).status).toBe(401);
    server.closeAllConnections();
    server.close();
  });

  it.each([[[]], [['not a scope']]])('throws for the scopes %j', async (wrong) => {
    const { verifier } = await openBench();
    const make = () => protect(verifier, { scopes: wrong }, () => new Response());
    expect(make).toThrow(TypeError);
  });
});

/** Serves a Web-standard handler by Node's own server, as adapters do. */
async function serve(
  handler: (request: Request) => Promise<Response>,
  { headers, method = 'GET', url }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const entries = Object.entries(headers).map(([name, value]) => [name, String(value)]);
  const request = { method, headers: Object.fromEntries(entries) as Record<string, string> };
  const answer = await handler(new Request(`http://crm.local${url}`, request));
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  if (answer.body === null) response.end();
  else await pipeline(Readable.fromWeb(answer.body as never), response).catch(() => {});
}
