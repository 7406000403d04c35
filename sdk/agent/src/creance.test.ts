import { beforeEach, describe, expect, it } from 'vitest';
import { type Stage, setStage } from './doubles/stage.js';

let stage: Stage;
beforeEach(() => {
  stage = setStage();
});

describe('Creance', () => {
  it('ends all its sessions and then the connection', async () => {
    const client = await stage.connect();
    const [one, two] = [await client.session(), await client.session()];
    await client.close();
    expect(one.signal.aborted && two.signal.aborted).toBe(true);
    expect(stage.broker.seen('EndSession')).toHaveLength(2);
    expect(stage.transport.closed).toBe(true);
  });

  it('is closed once, however often it is asked to', async () => {
    const client = await stage.connect();
    await client.session();
    await Promise.all([client.close(), client.close(), client[Symbol.asyncDispose]()]);
    expect(stage.broker.seen('EndSession')).toHaveLength(1);
  });

  it('ends within two seconds when the broker hangs, however many sessions there are', async () => {
    const client = await stage.connect();
    for (let i = 0; i < 5; i += 1) await client.session();
    stage.transport.hold();
    let over = false;
    void client.close().then(() => {
      over = true;
    });
    await stage.clock.advance(2_000);
    expect(over).toBe(true);
  });

  it('opens nothing after close', async () => {
    const client = await stage.connect();
    await client.close();
    await expect(client.session()).rejects.toMatchObject({ code: 'CREANCE_CLIENT_CLOSED' });
  });

  // breaks when: `session` does not look at the close again after its await
  it('leaves no session behind that was being opened during close', async () => {
    const client = await stage.connect();
    const release = stage.transport.hold();
    const opening = client.session();
    const outcome = expect(opening).rejects.toMatchObject({ code: 'CREANCE_CLIENT_CLOSED' });
    const closing = client.close();
    release();
    await outcome;
    await closing;
    expect(stage.broker.sessions.size).toBe(0);
    expect(stage.transport.closed).toBe(true);
  });

  it('gives up opening a session when it is closed, and asks no more', async () => {
    const client = await stage.connect();
    stage.transport.away = true;
    const opening = client.session();
    const outcome = expect(opening).rejects.toMatchObject({ code: 'CREANCE_CLIENT_CLOSED' });
    await client.close();
    await outcome;
    const before = stage.transport.tried;
    await stage.clock.advance(10_000);
    expect(stage.transport.tried).toBe(before);
  });

  it('forgets a session that has ended by itself', async () => {
    const client = await stage.connect();
    const session = await client.session();
    await session.close();
    await client.close();
    expect(stage.broker.seen('EndSession')).toHaveLength(1);
  });
});
