import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterEach, describe, expect, it } from 'vitest';
import { creanceExpress, type ExpressOptions } from './express.js';
import { get, type Place } from './support/node-bench.js';
import { Seen } from './support/seen.js';
import { openBench } from './support/test-verifier.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function serve(options: ExpressOptions = {}): Promise<Place & { readonly seen: Seen }> {
  const seen = new Seen();
  const bench = await openBench({ reports: seen });
  const { requireScopes } = creanceExpress(bench.verifier, options);
  const app = express();
  const aimed = requireScopes(['contacts:read'], {
    action: 'mail.send',
    destinations: ({ url = '' }) => [{ kind: 'email', value: decodeURIComponent(url.slice(10)) }],
  });
  app.get('/mails', aimed, (_request, response) => void response.json({}));
  app.get('/export', requireScopes('contacts:export'), (_request, response) => {
    response.json({});
  });
  app.use((_fault: unknown, _request: unknown, response: express.Response, _next: unknown) => {
    response.status(500).json({});
  });
  const server = createServer(app);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { bench, seen, port: (server.address() as AddressInfo).port };
}

const headers = { 'user-agent': 'python-requests/2.32' };

describe('what an Express route tells', () => {
  it('is what a request is aimed at, and where it came from', async () => {
    const served = await serve();
    expect((await get(served, '/mails?to=ann@example.com', { headers })).status).toBe(200);
    const named = [{ kind: 'email', value: 'ann@example.com' }];
    expect(served.seen.last).toMatchObject({ action: 'mail.send', destinations: { named } });
    const network = new Uint8Array(0);
    const client = 'python-requests';
    expect(served.seen.last?.origin).toEqual({ isSeen: true, network, client });
  });

  it('is where the proxy says that it came from, of a refused request too', async () => {
    const clientAddress = () => '2001:db8:1:2::3';
    const served = await serve({ behindProxy: true, clientAddress });
    expect((await get(served, '/export', { headers })).status).toBe(403);
    const network = Uint8Array.of(0x20, 0x01, 0x0d, 0xb8, 0, 1);
    expect(served.seen.last?.origin).toMatchObject({ isSeen: true, network });
  });

  // breaks when: a fault of what names the destinations lets the request through without them
  it('is never nothing because its destinations cannot be told: it is not let through', async () => {
    const served = await serve();
    expect((await get(served, '/mails?to=%ff', { headers })).status).toBe(500);
    expect(served.seen.sightings).toEqual([]);
  });
});
