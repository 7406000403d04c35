import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../doubles/fake-clock.js';
import { generatePrivateJwk, signerOf } from '../tokens/signing-key.js';
import { type HttpDoor, type HttpDoorParts, openHttpDoor } from './door.js';

const doors: HttpDoor[] = [];
afterEach(async () => {
  await Promise.all(doors.splice(0).map((door) => door.close()));
});

async function stage(parts: Partial<HttpDoorParts> = {}) {
  const hits: string[] = [];
  const clock = new FakeClock();
  let count = 0;
  const opened = await openHttpDoor({
    listen: { host: '127.0.0.1', port: 0 },
    tls: undefined,
    keys: () => [],
    isReady: () => true,
    clock,
    requestId: () => {
      count += 1;
      return `request-${count}`;
    },
    limitHit: (name) => hits.push(name),
    onFault: () => {},
    ...parts,
  });
  if (!opened.ok) throw new Error(opened.error.code);
  doors.push(opened.value);
  return { origin: opened.value.origin, hits, clock };
}

/** What a server says to bytes, until it closes. */
async function said(origin: string, bytes: string): Promise<string> {
  const socket = connect(Number(new URL(origin).port), '127.0.0.1');
  let text = '';
  socket.on('data', (part) => {
    text += part;
  });
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(bytes);
  await once(socket, 'close');
  return text;
}

describe('the HTTP door', () => {
  it('says that it lives, and whether it is ready, and neither may be kept', async () => {
    let isReady = true;
    const { origin } = await stage({ isReady: () => isReady });
    for (const path of ['/healthz', '/readyz']) {
      const reply = await fetch(origin + path);
      expect([reply.status, reply.headers.get('cache-control')]).toEqual([200, 'no-store']);
    }
    isReady = false;
    expect((await fetch(`${origin}/healthz`)).status).toBe(200);
    const reply = await fetch(`${origin}/readyz`);
    expect(reply.status).toBe(503);
    expect(await reply.json()).toMatchObject({ error: 'not_ready' });
  });

  it('publishes the public halves of keys, told apart by what they sign', async () => {
    const [token, event] = [signerOf(generatePrivateJwk()), signerOf(generatePrivateJwk())];
    const keys = [
      { keyId: token.keyId, jwk: token.jwk, signs: 'tokens' },
      { keyId: event.keyId, jwk: event.jwk, signs: 'events' },
    ] as const;
    const { origin } = await stage({ keys: () => keys });
    const reply = await fetch(`${origin}/.well-known/jwks.json`);
    expect(reply.headers.get('cache-control')).toBe('public, max-age=300');
    expect(reply.headers.get('content-type')).toContain('application/jwk-set+json');
    const text = await reply.text();
    expect(JSON.parse(text)).toEqual({
      keys: keys.map(({ keyId, jwk, signs }) => {
        return { ...jwk, kid: keyId, use: 'sig', alg: 'ES256', creance_signs: signs };
      }),
    });
    expect(text).not.toContain('"d"');
  });

  it('refuses everything else by a name and a request id, and says nothing of itself', async () => {
    const { origin } = await stage();
    const cases: [string, RequestInit, number, string][] = [
      ['/', {}, 404, 'not_found'],
      ['/healthz/', {}, 404, 'not_found'],
      ['/HEALTHZ', {}, 404, 'not_found'],
      ['/metrics', {}, 404, 'not_found'],
      ['/healthz', { method: 'DELETE' }, 405, 'method_not_allowed'],
      ['/healthz', { method: 'POST', body: 'x' }, 413, 'body_not_allowed'],
      ['/%E0%A4%A', {}, 400, 'request_malformed'],
    ];
    for (const [path, init, status, error] of cases) {
      const reply = await fetch(origin + path, init);
      expect([path, reply.status]).toEqual([path, status]);
      expect(await reply.json()).toMatchObject({
        error,
        request_id: expect.stringMatching(/^request-/),
      });
      for (const name of ['server', 'x-powered-by']) expect(reply.headers.get(name)).toBeNull();
    }
  });

  it('takes no request id and no address from a caller', async () => {
    const { origin, hits } = await stage({ limits: { httpBurst: 1, httpPerSecond: 1 } });
    const headers = { 'request-id': 'mine', 'x-request-id': 'mine', 'x-forwarded-for': '8.8.8.8' };
    const first = await fetch(`${origin}/x`, { headers });
    expect(await first.json()).toMatchObject({ request_id: 'request-1' });
    const second = await fetch(`${origin}/x`, {
      headers: { ...headers, 'x-forwarded-for': '1.1.1.1' },
    });
    expect(second.status).toBe(429);
    expect(Number(second.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(hits).toEqual(['httpPerSecond']);
  });

  it.each([
    ['is not HTTP', 'SSH-2.0-x\r\n\r\n', 400, 'request_malformed'],
    [
      'has a head that is too large',
      `GET / HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(9_000)}\r\n\r\n`,
      431,
      'head_too_large',
    ],
    [
      'has two lengths',
      'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n',
      400,
      'request_malformed',
    ],
    [
      'has a body in chunks',
      'GET /healthz HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
      413,
      'body_not_allowed',
    ],
  ])('refuses what %s, and closes the connection', async (_name, bytes, status, error) => {
    const { origin } = await stage();
    const text = await said(origin, bytes);
    expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(text).toContain(`"error":"${error}"`);
    expect(text).toContain('"request_id":"request-');
  });

  it('closes a connection that says nothing, and one that drips', async () => {
    const limits = { httpIdleMillis: 300, httpHeadMillis: 300, httpRequestMillis: 600 };
    const { origin } = await stage({ limits });
    const startedAt = performance.now();
    await said(origin, 'GET /healthz HTTP/1.1\r\nhost: x\r\n');
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it('takes so many connections from one address and no more', async () => {
    const { origin, hits } = await stage({ limits: { httpConnectionsPerAddress: 2 } });
    const open = await Promise.all(
      [0, 1, 2].map(async () => {
        const socket = connect(Number(new URL(origin).port), '127.0.0.1');
        socket.on('error', () => {});
        await once(socket, 'connect');
        return socket;
      }),
    );
    await expect.poll(() => hits).toEqual(['httpConnectionsPerAddress']);
    await expect
      .poll(() => open.filter((socket) => socket.closed || socket.destroyed))
      .toHaveLength(1);
    for (const socket of open) socket.destroy();
    await expect.poll(async () => (await fetch(`${origin}/healthz`)).status).toBe(200);
  });

  it('says how to go on when its port is taken, or its key and certificate are none', async () => {
    const { origin } = await stage();
    const parts = {
      tls: undefined,
      keys: () => [],
      isReady: () => true,
      clock: new FakeClock(),
      requestId: () => 'x',
      limitHit() {},
      onFault() {},
    };
    const listen = { host: '127.0.0.1', port: Number(new URL(origin).port) };
    expect(await openHttpDoor({ ...parts, listen })).toMatchObject({
      ok: false,
      error: {
        code: 'http_port_in_use',
        exitCode: 75,
        fix: expect.stringContaining('--http-listen'),
      },
    });
    const tls = { certificate: Buffer.from('x'), key: Buffer.from('x') };
    expect(
      await openHttpDoor({ ...parts, tls, listen: { host: '127.0.0.1', port: 0 } }),
    ).toMatchObject({ ok: false, error: { code: 'tls_unusable', exitCode: 78 } });
  });
});
