import { SubscribeRequest } from '@creance/proto/wire';
import type { ClientReadableStream } from '@grpc/grpc-js';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type DoubleEdge, DoubleEdges, drained } from './double-edge.js';

const path = '/creance.v1.VerifierService/Subscribe';
const verifier = { 'creance-session': 'verifier:crm' };
const nonce = Buffer.alloc(16, 'n');

const { start, stop } = new DoubleEdges();
afterEach(stop);

const subscribe = (
  { client }: DoubleEdge,
  parts: Partial<SubscribeRequest> = {},
  who = verifier,
) => {
  const request = SubscribeRequest.encode({ afterRevision: 0n, nonce, ...parts }).finish();
  return client.stream(path, request, who);
};

/** The first messages of a stream. */
const first = (stream: ClientReadableStream<Buffer>, count: number) =>
  new Promise<string[]>((resolve) => {
    const said: string[] = [];
    stream.on('error', () => {});
    stream.on('data', (bytes: Buffer) => {
      said.push(bytes.toString());
      if (said.length === count) resolve(said);
    });
  });

describe('Subscribe', () => {
  it('begins with the Opening that repeats the nonce, then gives what the view lacks', async () => {
    const double = await start();
    const stream = subscribe(double, { afterRevision: 5n });
    expect(await first(stream, 2)).toEqual([`opening ${'n'.repeat(16)}`, 'frame']);
    expect(double.feed.asked).toMatchObject([{ after: 5 }]);
    expect(double.outcomes).toEqual(['ok']);
    stream.cancel();
  });

  it.each([
    ['a nonce of 15 bytes', { nonce: Buffer.alloc(15) }, verifier, 'request_malformed'],
    ['a nonce of 33 bytes', { nonce: Buffer.alloc(33) }, verifier, 'request_malformed'],
    ['a revision of 2^53', { afterRevision: 2n ** 53n }, verifier, 'request_malformed'],
    ['a workload', {}, { 'creance-session': 'workload:triage' }, 'session_wrong_kind'],
    ['nobody', {}, { 'creance-session': '' }, 'session_missing'],
    [
      'a verifier without a resource',
      {},
      { 'creance-session': 'verifier:gone' },
      'workload_not_registered',
    ],
  ])('refuses %s before it says anything', async (_name, parts, who, reason) => {
    const double = await start();
    const { said, ended } = await drained(subscribe(double, parts, who));
    expect([said, ended.reason]).toEqual([[], reason]);
    expect(double.feed.subscribers()).toEqual([]);
  });

  it('refuses when the feed is full', async () => {
    const double = await start();
    double.feed.room = 0;
    const { ended } = await drained(subscribe(double));
    expect(ended).toMatchObject({ code: 8, reason: 'connection_limit' });
    expect(double.hits).toEqual(['subscribers']);
  });

  it('bounds the lines of one session, and gives the place back', async () => {
    const double = await start({ limits: { subscriptionsPerSession: 1 } });
    const one = subscribe(double);
    await first(one, 2);
    expect((await drained(subscribe(double))).ended.reason).toBe('connection_limit');
    expect(double.hits).toEqual(['subscriptionsPerSession']);
    one.cancel();
    // breaks when: a cancelled call is not unsubscribed
    await vi.waitFor(() => expect(double.feed.subscribers()).toEqual([]));
    const again = subscribe(double);
    await first(again, 2);
    again.cancel();
  });

  it.each(['session_revoked', 'session_ended', 'session_expired'] as const)(
    'ends with %s when the feed says so',
    async (reason) => {
      const double = await start();
      const stream = subscribe(double);
      await first(stream, 2);
      const ended = drained(stream);
      double.feed.subscribers()[0]?.close(reason);
      expect((await ended).ended).toMatchObject({ code: 9, reason });
    },
  );

  it('lets a verifier go that does not read, and closes its connection after a grace', async () => {
    const double = await start({ limits: { connectionAgeGraceMillis: 50 } });
    const stream = subscribe(double);
    stream.on('error', () => {});
    const closed = new Promise<void>((resolve) => stream.on('close', resolve));
    stream.pause();
    await vi.waitFor(() => expect(double.feed.subscribers()).toHaveLength(1));
    const [subscriber] = double.feed.subscribers();
    const frame = Buffer.alloc(32_768);
    let sent = 0;
    // breaks when: the line always gives true
    while (subscriber?.isOpen && sent < 10_000) {
      subscriber.send(frame, double.feed.head);
      sent += 1;
      await new Promise((turn) => setImmediate(turn));
    }
    expect(sent).toBeLessThan(1_000);
    await vi.waitFor(() => expect(double.feed.subscribers()).toEqual([]));
    stream.resume();
    await closed;
  });

  it('goes on with a verifier that reads slowly', async () => {
    const double = await start();
    const stream = subscribe(double);
    await first(stream, 2);
    const [subscriber] = double.feed.subscribers();
    let bytes = 0;
    stream.on('data', (piece: Buffer) => {
      bytes += piece.length;
    });
    stream.pause();
    const frame = Buffer.alloc(16_384);
    for (let at = 0; at < 60; at += 1) subscriber?.send(frame, double.feed.head);
    stream.resume();
    await vi.waitFor(() => expect(bytes).toBe(60 * frame.length));
    expect(subscriber?.isOpen).toBe(true);
    stream.cancel();
  });
});

describe('Acknowledge', () => {
  it('tells the feed what the verifier enforces', async () => {
    const double = await start();
    const ask = Buffer.from([0x08, 42]);
    const ended = await double.client.call(
      '/creance.v1.VerifierService/Acknowledge',
      ask,
      verifier,
    );
    expect(ended.reason).toBe('ok');
    expect(double.feed.acknowledged).toEqual([42]);
  });
});
