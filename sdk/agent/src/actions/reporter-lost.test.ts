import { beforeEach, describe, expect, it } from 'vitest';
import { settle } from '../doubles/fake-clock.js';
import type { ScriptedStream } from '../doubles/scripted-stream.js';
import { type Stage, setStage } from '../doubles/stage.js';
import type { InternalSession } from '../internal.js';
import { limits } from '../limits.js';

const done = { action: 'a', audience: 'https://crm.example', outcome: 'allowed' } as const;

let stage: Stage;
let session: InternalSession;
beforeEach(async () => {
  stage = setStage({ streams: true });
  session = await stage.open();
});

const record = (count: number) => {
  for (let at = 0; at < count; at += 1) session.record(done);
};
const stream = () => stage.broker.streams.at(-1) as ScriptedStream;
const idsOf = () => stage.broker.observations.map(({ actionId }) => actionId.toString('hex'));
const dropped = () => stage.broker.reports.map(({ report }) => report.dropped);
const eventsOf = (type: string) => stage.events.filter((event) => event.type === type);

describe('a report that is not acknowledged', () => {
  // breaks when: a batch gets new ids when it is sent again
  it('goes out again under the same ids: when the answer was lost with the stream', async () => {
    const { brokerAnswer } = stream();
    stream().reply = (ask) => void brokerAnswer(ask);
    record(3);
    await stage.clock.advance(limits.reportMillis);
    expect(idsOf()).toHaveLength(3);
    stage.transport.breakStreams();
    await settle();
    const [first, again] = [idsOf().slice(0, 3), idsOf().slice(3)];
    expect(again).toEqual(first);
    expect(eventsOf('actions_reported')).toHaveLength(1);
    await stage.clock.advance(60_000);
    expect(idsOf()).toHaveLength(6);
  });

  // breaks when: a report is encoded once for all its sendings
  it('is as old as it is when it goes out again', async () => {
    const { brokerAnswer } = stream();
    stream().reply = (ask) => void brokerAnswer(ask);
    record(1);
    await stage.clock.advance(limits.reportMillis);
    await stage.clock.advance(limits.streamAnswerMillis);
    const ages = stage.broker.observations.map(({ ageMillis }) => ageMillis);
    expect(ages).toEqual([1_000, 2_000]);
    expect(stage.broker.seen('ReportActions')).toHaveLength(1);
  });

  // breaks when: the reporter does not hear that a stream is open, and sits out its pause
  it('goes out at once when the stream is open again', async () => {
    stage.transport.away = true;
    stage.transport.breakStreams();
    record(3);
    // Tried after 1, 2, 4 and 8 s, and then after 16; the stream after .5, 1.5, 3.5, 7.5 and 15.5.
    await stage.clock.advance(8_500);
    stage.transport.away = false;
    await stage.clock.advance(6_900);
    expect(stage.broker.reports).toEqual([]);
    await stage.clock.advance(200);
    expect(idsOf()).toHaveLength(3);
    expect(stage.broker.streamed('reportActions')).toBe(1);
  });

  it('is tried five times, with pauses that grow; then it is dropped, and that is told', async () => {
    stage.broker.hasStreams = false;
    stage.transport.breakStreams();
    await settle();
    stage.transport.away = true;
    const before = stage.transport.tried;
    record(3);
    await stage.clock.advance(limits.reportMillis);
    const tried = [stage.transport.tried - before];
    for (const pause of [1_000, 2_000, 4_000, 8_000, 100_000]) {
      await stage.clock.advance(pause);
      tried.push(stage.transport.tried - before);
    }
    expect(tried.slice(0, 5)).toEqual([1, 2, 3, 4, 5]);
    expect(eventsOf('actions_dropped')).toEqual([
      expect.objectContaining({ count: 3, code: 'CREANCE_BROKER_UNAVAILABLE' }),
    ]);
    stage.transport.away = false;
    record(1);
    await stage.clock.advance(limits.reportMillis);
    expect([idsOf().length, dropped()]).toEqual([1, [3]]);
  });

  it.each(['request_malformed', 'request_too_large'] as const)(
    'is dropped at once when the broker will never take it: %s',
    async (reason) => {
      stage.broker.refuseNext('ReportActions', reason);
      record(2);
      await stage.clock.advance(limits.reportMillis);
      record(1);
      await stage.clock.advance(limits.reportMillis);
      expect([idsOf().length, dropped()]).toEqual([1, [2]]);
      const code = `CREANCE_${reason.toUpperCase()}`;
      expect(eventsOf('actions_dropped')).toEqual([expect.objectContaining({ count: 2, code })]);
    },
  );

  // breaks when: a new stream ends a pause that the broker has asked for
  it('waits as long as the broker asks, whatever the stream does', async () => {
    stage.broker.refuseNext('ReportActions', 'rate_limited', { retryAfterMillis: 20_000 });
    record(1);
    await stage.clock.advance(limits.reportMillis + 10_000);
    stage.transport.breakStreams();
    await stage.clock.advance(9_000);
    expect(eventsOf('stream_opened')).toHaveLength(2);
    expect(stage.broker.reports).toEqual([]);
    await stage.clock.advance(1_000);
    expect(idsOf()).toHaveLength(1);
  });

  it('waits while the session is held', async () => {
    stage.broker.suspend();
    record(1);
    await stage.clock.advance(3_000);
    expect(stage.broker.reports).toEqual([]);
    stage.broker.resume();
    await stage.clock.advance(10_000);
    expect(idsOf()).toHaveLength(1);
  });

  it('survives a change of the key', async () => {
    record(1);
    await session.rekey();
    await stage.clock.advance(limits.reportMillis);
    expect(idsOf()).toHaveLength(1);
  });
});

describe('an agent that does more than it can report', () => {
  // breaks when: the queue grows
  it('drops what has no room, says so, and tells the broker how much', async () => {
    stage.transport.away = true;
    stage.transport.breakStreams();
    record(limits.actionsWaiting + 250);
    await stage.clock.advance(0);
    expect(eventsOf('actions_dropped')).toEqual([
      expect.objectContaining({ count: 250, code: 'CREANCE_REPORTS_FULL' }),
    ]);
    stage.transport.away = false;
    await stage.clock.advance(limits.streamPauseMillisMax);
    expect(idsOf()).toHaveLength(limits.actionsWaiting);
    expect(dropped()[0]).toBe(250);
    expect(
      dropped()
        .slice(1)
        .every((count) => count === 0),
    ).toBe(true);
  });

  // breaks when: a report waits before a request for a token
  it('has one report under way at a time, and tokens go past it', async () => {
    const { brokerAnswer } = stream();
    stream().reply = (ask) => (ask.$case === 'reportActions' ? undefined : brokerAnswer(ask));
    record(500);
    await stage.clock.advance(0);
    expect(stage.broker.streamed('reportActions')).toBe(1);
    const token = await session.token({ audience: done.audience, scopes: ['contacts:read'] });
    expect(token.scopes).toEqual(['contacts:read']);
    expect(stage.broker.streamed('reportActions')).toBe(1);
  });
});
