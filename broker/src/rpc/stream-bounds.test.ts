import { ok } from '@creance/proto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DoubleEdges } from './double-edge.js';
import { DoubleStream, issuedToken, openedStream, reasonOf } from './double-stream.js';

const { start, stop } = new DoubleEdges();
afterEach(stop);

describe('the deadline of a stream', () => {
  // breaks when: the gate keeps the clock of a stream that was let in
  it('is over once it is opened', async () => {
    const stream = await openedStream(await start({ limits: { deadlineMillis: 30 } }));
    await new Promise((later) => setTimeout(later, 80));
    stream.renew(1);
    await stream.nextOf('renewSession');
    stream.call.cancel();
  });

  it('may be as far away as the session likes', async () => {
    const { client } = await start({ limits: { deadlineMillisMax: 50 } });
    const stream = new DoubleStream(client, undefined, 60_000);
    await stream.nextOf('opened');
    stream.call.cancel();
  });
});

describe('a drain', () => {
  it('lets a stream answer what it was asked, refuses what comes, and ends it', async () => {
    const [inside, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const double = await start({
      commands: {
        async issueToken() {
          inside.resolve();
          await release.promise;
          return ok(issuedToken);
        },
      },
    });
    const [busy, idle] = [await openedStream(double), await openedStream(double)];
    busy.token(1);
    await inside.promise;
    const drained = double.edge.drain();
    // breaks when: drain waits for calls before it ends streams
    expect((await idle.ended).reason).toBe('shutting_down');
    busy.renew(2);
    expect(reasonOf(await busy.nextOf('refusal'))).toBe('shutting_down');
    release.resolve();
    expect(await busy.next()).toMatchObject({ id: 1n, kind: { $case: 'issueToken' } });
    expect((await busy.ended).reason).toBe('shutting_down');
    await drained;
    expect(double.hits).toEqual([]);
    expect(double.sessions.isHeard).toBe(false);
  });
});

describe('streams of one session', () => {
  it('are two at most, and a place is given back', async () => {
    const double = await start();
    const [one, two] = [await openedStream(double), await openedStream(double)];
    const third = await new DoubleStream(double.client).ended;
    expect(third).toMatchObject({ code: 8, reason: 'connection_limit' });
    expect(double.hits).toEqual(['streamsPerSession']);
    const other = await openedStream(double, 'workload:other');
    one.call.cancel();
    await vi.waitFor(async () => {
      const again = await openedStream(double);
      again.call.cancel();
    });
    for (const stream of [two, other]) stream.call.cancel();
  });
});

describe('rates', () => {
  it('of the workload and its owner hold for messages as for calls', async () => {
    const double = await start({ limits: { workloadBurst: 3, workloadPerSecond: 0.01 } });
    const stream = await openedStream(double);
    for (const id of [1, 2, 3]) stream.renew(id);
    await stream.nextOf('renewSession');
    await stream.nextOf('renewSession');
    const status = await stream.nextOf('refusal');
    expect([status.code, reasonOf(status), status.details.length]).toEqual([8, 'rate_limited', 2]);
    expect(double.hits).toEqual(['workloadPerSecond']);
    stream.call.cancel();
  });
});
