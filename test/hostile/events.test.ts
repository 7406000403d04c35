import type { WatchEventsRequest } from '@creance/proto/wire';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nobodyReached, nowhere } from '../../broker/src/domain/event.js';
import { limits } from '../../broker/src/domain/limits.js';
import { TestEdge, type Wire } from '../support/edge.js';
import { EventWatch, watchRequest } from '../support/event-watch.js';

const path = '/creance.v1.OperatorService/WatchEvents';

let edge: TestEdge;
let wire: Wire;
beforeAll(async () => {
  edge = await TestEdge.start({ devSocket: true });
  wire = edge.wire('socket');
});
afterAll(() => edge.dispose());

const publish = (reason: string) =>
  edge.events.hub.publish({
    at: 1 as never,
    cause: undefined,
    ...nowhere,
    reached: nobodyReached,
    what: { kind: 'resumed', author: 'ann', reason, sessionsResumed: 1 },
  });

const refusalOf = async (ask: Partial<WatchEventsRequest>) =>
  (await wire.send(path, watchRequest({ follow: false, ...ask }), [])).reason;

describe('a watcher of events', () => {
  it.each<[string, Partial<WatchEventsRequest>]>([
    ['a kind that does not exist', { kinds: [99 as never] }],
    ['the kind that is none', { kinds: [0] }],
    ['more kinds than there are', { kinds: Array(5_000).fill(1) }],
    ['a name without end', { workload: 'x'.repeat(10_000) }],
    ['an owner without end', { owner: 'x'.repeat(65) }],
    ['half an id', { sessionId: Buffer.alloc(8) }],
    ['a number that no event has', { after: 2n ** 63n }],
  ])('is refused with %s', async (_name, ask) => {
    expect(await refusalOf(ask)).toBe('request_malformed');
  });

  it('is refused with a request that is larger than any', async () => {
    const reason = await refusalOf({ workload: 'x'.repeat(limits.messageBytes + 1) });
    expect(['request_too_large', 'grpc:8']).toContain(reason);
  });

  // breaks when: events wait without bound for whoever does not read, or the others wait for it
  it('who does not read is let go with a reason, and another one does not notice', async () => {
    const [slow, quick] = [new EventWatch(edge.folder, {}), new EventWatch(edge.folder, {})];
    try {
      publish('first');
      await slow.first('resumed');
      await quick.first('resumed');
      slow.pause();
      const before = edge.hits.filter((hit) => hit === 'eventsWaiting').length;
      const words = 'x'.repeat(4_000);
      let sent = 0;
      // What the connection itself takes comes on top of the queue's bound.
      while (
        edge.hits.filter((hit) => hit === 'eventsWaiting').length === before &&
        sent < 20_000
      ) {
        publish(words);
        sent += 1;
        // The other one keeps up.
        if (sent % 50 === 0) await expect.poll(() => quick.events.length).toBe(sent + 1);
      }
      expect(sent).toBeLessThan(20_000);
      slow.resume();
      expect(await slow.end()).toBe('events_too_slow');
      const last = publish('last').number;
      await quick.first('resumed', ({ reason }) => reason === 'last');
      expect(quick.events.at(-1)?.number).toBe(BigInt(last));
      expect(quick.events).toHaveLength(sent + 2);
    } finally {
      slow.close();
      quick.close();
    }
  });

  it('has so many lines and no more, and gets them back', async () => {
    const watches = Array.from(
      { length: limits.eventWatchesPerSession },
      () => new EventWatch(edge.folder, {}),
    );
    publish('here');
    for (const watch of watches) await watch.first('resumed', ({ reason }) => reason === 'here');
    expect(await refusalOf({})).toBe('connection_limit');
    expect(edge.hits).toContain('eventWatchesPerSession');
    for (const watch of watches) watch.close();
    await expect.poll(() => refusalOf({})).toBe('ok');
  });
});
