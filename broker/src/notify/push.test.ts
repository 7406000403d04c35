import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { push } from './push.js';

let server: Server;
let url: string;
let status: number;
beforeEach(async () => {
  status = 202;
  server = createServer((_request, response) => response.writeHead(status).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterEach(() => {
  vi.useRealTimers();
  server.close();
});

function pushed(hits: string[]) {
  return push({ url, allowPrivate: true }, 'a.b.c', {
    lookUp: async () => ['127.0.0.1'],
    limitHit: (name) => hits.push(name),
    closing: new AbortController().signal,
  });
}

describe('push', () => {
  // breaks when: the clock of an attempt goes on after its end, and counts a bound that nobody hit
  it.each([
    [202, { as: 'taken' }],
    [503, { as: 'failed', fault: 'answered 503, not 202' }],
  ])('leaves no timer behind an answer of %d', async (code, outcome) => {
    status = code;
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const hits: string[] = [];
    expect(await pushed(hits)).toEqual(outcome);
    expect(vi.getTimerCount()).toBe(0);
    expect(hits).toEqual([]);
  });
});
