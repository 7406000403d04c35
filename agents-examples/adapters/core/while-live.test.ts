import { BrokerUnavailableError, type Session, SessionRevokedError } from '@creance/sdk';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { lateNewsMillis, whileLive } from './while-live.js';

const facts = { code: 'CREANCE_TEST', what: 'a test', hint: 'none', retryable: false };
const revoked = new SessionRevokedError(facts);

let life: AbortController;
let session: Session;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  life = new AbortController();
  session = { signal: life.signal } as Session;
});

afterEach(() => void vi.useRealTimers());

describe('work while a session lives', () => {
  it('gives what the work gives', async () => {
    expect(await whileLive(session, async () => 7)).toBe(7);
  });

  it('does not begin when the session is over', async () => {
    life.abort(revoked);
    const work = vi.fn(async () => 7);
    await expect(whileLive(session, work)).rejects.toBe(revoked);
    expect(work).not.toHaveBeenCalled();
  });

  // breaks when: it waits for the work alone
  it('ends at once with the reason, though the work goes on', async () => {
    const ended = whileLive(session, () => new Promise(() => {}));
    life.abort(revoked);
    await expect(ended).rejects.toBe(revoked);
  });

  // breaks when: a fault is thrown before the news of the cut had time to come
  it('takes the reason for a fault that came before the news of it', async () => {
    const ended = whileLive(session, () => Promise.reject(new TypeError('terminated')));
    ended.catch(() => {});
    await vi.waitFor(() => expect(vi.getTimerCount()).toBe(1), { interval: 1 });
    life.abort(revoked);
    await expect(ended).rejects.toBe(revoked);
  });

  it('gives back a fault of another kind after that time', async () => {
    const fault = new TypeError('terminated');
    const ended = whileLive(session, () => Promise.reject(fault));
    ended.catch(() => {});
    await vi.waitFor(() => expect(vi.getTimerCount()).toBe(1), { interval: 1 });
    vi.advanceTimersByTime(lateNewsMillis);
    await expect(ended).rejects.toBe(fault);
  });

  it('gives back an error of the SDK at once', async () => {
    const away = new BrokerUnavailableError(facts);
    await expect(whileLive(session, () => Promise.reject(away))).rejects.toBe(away);
    expect(vi.getTimerCount()).toBe(0);
  });
});
