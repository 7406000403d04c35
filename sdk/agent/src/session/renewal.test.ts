import { describe, expect, it } from 'vitest';
import { FakeClock } from '../doubles/fake-clock.js';
import { FakeEntropy } from '../doubles/fake-entropy.js';
import { keepRenewed } from './renewal.js';

function setUp(fraction = 1) {
  const clock = new FakeClock();
  const end = new AbortController();
  const renewedAt: number[] = [];
  const failed: string[] = [];
  const script = { fail: false, idleSeconds: 600 };
  keepRenewed({
    clock,
    entropy: new FakeEntropy(fraction),
    idleSeconds: script.idleSeconds,
    signal: end.signal,
    onFailed: (code) => void failed.push(code),
    async renew() {
      renewedAt.push(clock.monotonicMillis());
      if (script.fail) throw new Error('away');
      return script.idleSeconds;
    },
  });
  return { clock, end, renewedAt, failed, script };
}

describe('keepRenewed', () => {
  it('renews after a third of the idle time, again and again', async () => {
    const { clock, renewedAt } = setUp();
    await clock.advance(600_000);
    expect(renewedAt).toEqual([200_000, 400_000, 600_000]);
  });

  it('is a little early rather than in step with everybody', async () => {
    const { clock, renewedAt } = setUp(0);
    await clock.advance(200_000);
    expect(renewedAt).toEqual([180_000]);
  });

  // breaks when: the timer is not unref'ed
  it('never keeps the process alive', async () => {
    const { clock } = setUp();
    expect(clock.unrefs).toBe(1);
    await clock.advance(200_000);
    expect(clock.unrefs).toBe(2);
  });

  it('tries sooner after a failure, so that the idle end is not reached', async () => {
    const { clock, renewedAt, script } = setUp();
    script.fail = true;
    await clock.advance(599_999);
    expect(renewedAt.length).toBeGreaterThan(5);
  });

  it('follows the idle time that the broker names', async () => {
    const { clock, renewedAt, script } = setUp();
    script.idleSeconds = 60;
    await clock.advance(240_000);
    expect(renewedAt).toEqual([200_000, 220_000, 240_000]);
  });

  it('stops for good when the session ends', async () => {
    const { clock, end, renewedAt } = setUp();
    end.abort();
    expect(clock.pending).toBe(0);
    await clock.advance(600_000);
    expect(renewedAt).toEqual([]);
  });

  it('plans nothing when the end comes with the renewal', async () => {
    const clock = new FakeClock();
    const end = new AbortController();
    keepRenewed({
      clock,
      entropy: new FakeEntropy(),
      idleSeconds: 600,
      signal: end.signal,
      onFailed: () => {},
      async renew() {
        end.abort();
        throw new Error('revoked');
      },
    });
    await clock.advance(600_000);
    expect(clock.pending).toBe(0);
  });
});
