import { ok, refuse } from '@creance/proto';
import { StreamRequest } from '@creance/proto/wire';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DoubleEdges } from './double-edge.js';
import { DoubleStream, issuedToken, openedStream, reasonOf } from './double-stream.js';

const { start, stop } = new DoubleEdges();
afterEach(stop);

describe('a message that no honest session sends', () => {
  const renew = { $case: 'renewSession' as const, value: {} };
  const bytes = (id: bigint, kind?: StreamRequest['kind']) =>
    StreamRequest.encode({ id, kind, traceparent: '' }).finish();

  it.each<[string, Uint8Array]>([
    ['an id of zero', bytes(0n, renew)],
    // breaks when: ids need not grow
    ['an id that came before', bytes(5n, renew)],
    ['an id that goes back', bytes(4n, renew)],
    ['no kind', bytes(6n)],
    ['a kind of the future', Buffer.from([0x08, 6, 0x7a, 0])],
    ['bytes that are no message', Buffer.from([0xff, 0xff])],
    ['bytes behind a message', Buffer.concat([bytes(6n, renew), Buffer.from([0, 0])])],
    ['text that is not UTF-8', Buffer.from([0x08, 6, 0x12, 3, 0x0a, 1, 0xff])],
    ['nothing', Buffer.alloc(0)],
    ['an answer with an id', bytes(6n, { $case: 'challengeAnswer', value: { proof: 'p' } })],
    [
      'an answer that nobody asked for',
      bytes(0n, { $case: 'challengeAnswer', value: { proof: 'p' } }),
    ],
  ])('ends the stream: %s', async (_name, sent) => {
    const double = await start();
    const stream = await openedStream(double);
    stream.renew(5);
    await stream.nextOf('renewSession');
    stream.raw(sent);
    const ended = await stream.ended;
    expect(ended).toMatchObject({ code: 3, reason: 'request_malformed' });
    expect(double.log).toMatchObject([{ fields: { requestId: ended.requestId } }]);
  });

  it('counts as a failure of where it came from', async () => {
    const double = await start({ limits: { failuresBurst: 1, failuresPerSecond: 0.01 } });
    const stream = await openedStream(double);
    stream.raw(Buffer.from([0xff]));
    await stream.ended;
    expect((await new DoubleStream(double.client).ended).reason).toBe('rate_limited');
  });

  it('ends the stream when it is giant, before it is read', async () => {
    const runs: unknown[] = [];
    const double = await start({
      commands: {
        async issueToken() {
          runs.push(1);
          return ok(issuedToken);
        },
      },
    });
    const stream = await openedStream(double);
    stream.token(1, ['a'.repeat(70_000)]);
    expect((await stream.ended).code).toBe(8);
    expect(runs).toEqual([]);
    await vi.waitFor(async () => (await openedStream(double)).call.cancel());
  });

  it('does not take the largest id for the end of the world', async () => {
    const stream = await openedStream(await start());
    stream.renew(2n ** 64n - 1n);
    expect((await stream.next()).id).toBe(2n ** 64n - 1n);
    stream.renew(1);
    expect((await stream.ended).reason).toBe('request_malformed');
  });
});

describe('a flood', () => {
  it('of requests that wait is refused beyond the bound, and the others are answered', async () => {
    const release = Promise.withResolvers<void>();
    const double = await start({
      limits: { streamRequestsWaiting: 2 },
      commands: {
        async issueToken() {
          await release.promise;
          return ok(issuedToken);
        },
      },
    });
    const stream = await openedStream(double);
    for (const id of [1, 2, 3]) stream.token(id);
    const refused = await stream.next();
    expect(refused.id).toBe(3n);
    expect(refused.kind?.$case === 'refusal' && reasonOf(refused.kind.value)).toBe('rate_limited');
    expect(double.hits).toEqual(['streamRequestsWaiting']);
    release.resolve();
    expect([(await stream.next()).id, (await stream.next()).id]).toEqual([1n, 2n]);
    stream.token(4);
    expect((await stream.next()).id).toBe(4n);
    stream.call.cancel();
  });

  // breaks when: the line writes whatever waits
  it('by one that does not read ends its stream, and then its connection', async () => {
    const token = 'a'.repeat(2_500);
    const double = await start({
      limits: { streamMessagesWaiting: 16, connectionAgeGraceMillis: 50 },
      commands: { issueToken: async () => ok({ ...issuedToken, token }) },
    });
    const stream = await openedStream(double);
    stream.call.pause();
    let id = 0;
    while (!double.hits.includes('streamMessagesWaiting') && id < 5_000) {
      id += 1;
      stream.token(id);
      await new Promise((turn) => setImmediate(turn));
    }
    expect(id).toBeLessThan(1_000);
    stream.call.resume();
    expect((await stream.ended).code).not.toBe(0);
  });
});

describe('a verb that refuses', () => {
  it('with a reason that strangers cause counts against the connection', async () => {
    const double = await start({
      limits: { failuresBurst: 1, failuresPerSecond: 0.01 },
      commands: { issueToken: async () => refuse({ reason: 'evidence_expired' }) },
    });
    const stream = await openedStream(double);
    stream.token(1);
    await stream.nextOf('refusal');
    expect((await new DoubleStream(double.client).ended).reason).toBe('rate_limited');
    stream.call.cancel();
  });
});
