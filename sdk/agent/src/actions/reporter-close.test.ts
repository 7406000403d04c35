import { beforeEach, describe, expect, it } from 'vitest';
import { settle } from '../doubles/fake-clock.js';
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

const methods = () => stage.broker.calls.map(({ method }) => method);
const codesOf = (type: string) =>
  stage.events.flatMap((event) => (event.type === type && 'code' in event ? [event.code] : []));

describe('closing a session', () => {
  // breaks when: the end is told before what was done, and the broker takes nothing of it
  it('reports all that waits, then ends it', async () => {
    for (let at = 0; at < 150; at += 1) session.record(done);
    await session.close();
    expect(stage.broker.observations).toHaveLength(150);
    expect(methods().slice(-4)).toEqual([
      'ReportActions',
      'ReportActions',
      'ReportActions',
      'EndSession',
    ]);
    expect(stage.clock.pending).toBe(0);
  });

  // breaks when: a parent ends its children before they have told what they did
  it('reports what its children have to say, and theirs', async () => {
    const child = await session.delegate();
    const below = await child.delegate();
    below.record(done);
    child.record(done);
    await session.close();
    const reporters = stage.broker.reports.map(({ sessionId }) => sessionId);
    expect(new Set(reporters)).toEqual(new Set([child.id, below.id]));
    expect(methods().at(-1)).toBe('EndSession');
  });

  it('takes again what was under way, under the same ids', async () => {
    const [stream] = stage.broker.streams;
    if (stream !== undefined) stream.reply = (ask) => void stream.brokerAnswer(ask);
    session.record(done);
    await stage.clock.advance(limits.reportMillis);
    await session.close();
    const [first, again] = stage.broker.observations;
    expect(again?.actionId).toEqual(first?.actionId);
    await stage.clock.advance(60_000);
    expect(stage.broker.observations).toHaveLength(2);
  });

  // breaks when: `flush` has no deadline of its own
  it('takes a second for that at most, two in all, and says what was lost', async () => {
    session.record(done);
    const release = stage.transport.hold();
    let isOver = false;
    void session.close().then(() => {
      isOver = true;
    });
    await stage.clock.advance(limits.reportFlushMillis);
    expect(codesOf('actions_dropped')).toEqual(['CREANCE_REPORTS_UNSENT']);
    release();
    await settle();
    expect(isOver).toBe(true);
    expect(methods()).toContain('EndSession');
  });

  it('ends within two seconds when the broker hangs throughout', async () => {
    session.record(done);
    stage.transport.hold();
    let isOver = false;
    void session.close().then(() => {
      isOver = true;
    });
    await stage.clock.advance(limits.closeMillis - 1);
    expect(isOver).toBe(false);
    await stage.clock.advance(1);
    expect(isOver).toBe(true);
  });

  it('does not try the rest when the broker is away', async () => {
    for (let at = 0; at < 640; at += 1) session.record(done);
    stage.transport.away = true;
    const before = stage.transport.tried;
    const closed = session.close();
    await stage.clock.advance(limits.closeMillis);
    await closed;
    expect(stage.transport.tried - before).toBeLessThan(10);
    expect(codesOf('actions_dropped')).toEqual(['CREANCE_REPORTS_UNSENT']);
  });

  it('notes nothing from then on', async () => {
    const closed = session.close();
    session.record(done);
    await closed;
    session.record(done);
    expect(stage.clock.pending).toBe(0);
    await stage.clock.advance(10_000);
    expect(stage.broker.observations).toEqual([]);
    expect(codesOf('actions_dropped')).toEqual([]);
  });

  it('says what had no room, too', async () => {
    for (let at = 0; at < limits.actionsWaiting + 7; at += 1) session.record(done);
    await session.close();
    expect(stage.broker.observations).toHaveLength(limits.actionsWaiting);
    expect(stage.events).toContainEqual(
      expect.objectContaining({ type: 'actions_dropped', count: 7, code: 'CREANCE_REPORTS_FULL' }),
    );
  });
});
