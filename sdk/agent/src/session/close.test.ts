import { beforeEach, describe, expect, it } from 'vitest';
import { settle } from '../doubles/fake-clock.js';
import { type Stage, setStage } from '../doubles/stage.js';
import { SessionEndedError } from '../errors/creance-error.js';
import type { InternalSession } from '../internal.js';

let stage: Stage;
let session: InternalSession;
beforeEach(async () => {
  stage = setStage();
  session = await stage.open();
});

describe('close', () => {
  it('ends the session at the broker once, however often it is called', async () => {
    await Promise.all([session.close(), session.close()]);
    await session.close();
    await session[Symbol.asyncDispose]();
    expect(stage.broker.seen('EndSession')).toHaveLength(1);
    expect(stage.broker.sessions.has(session.id)).toBe(false);
    expect(session.signal.reason).toBeInstanceOf(SessionEndedError);
    expect(stage.clock.pending).toBe(0);
  });

  // breaks when: a second close does not wait for the first
  it('is over for nobody before it is over for all', async () => {
    const release = stage.transport.hold();
    const over: number[] = [];
    for (const nth of [1, 2]) void session.close().then(() => over.push(nth));
    await settle();
    expect(over).toEqual([]);
    release();
    await settle();
    expect(over).toEqual([1, 2]);
  });

  it('stops the work before it tells the broker', async () => {
    const release = stage.transport.hold();
    const closed = session.close();
    expect(session.signal.aborted).toBe(true);
    release();
    await closed;
  });

  // breaks when: `orLater` goes from `tellEnd`
  it('takes two seconds at most when the broker hangs', async () => {
    stage.transport.hold();
    let over = false;
    void session.close().then(() => {
      over = true;
    });
    await stage.clock.advance(1_999);
    expect(over).toBe(false);
    await stage.clock.advance(1);
    expect(over).toBe(true);
  });

  it('says in an event, and not by throwing, that the broker was away', async () => {
    stage.transport.away = true;
    const closed = session.close();
    await stage.clock.advance(2_000);
    await closed;
    expect(stage.events.map(({ type }) => type)).toContain('end_unconfirmed');
  });

  it('is content when the session was over already', async () => {
    stage.broker.over = 'session_revoked';
    await session.close();
    expect(stage.events.map(({ type }) => type)).not.toContain('end_unconfirmed');
  });
});
