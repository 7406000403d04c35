import { type Session, SessionRevokedError } from '@creance/sdk';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { whileLive } from './while-live.js';

const facts = { code: 'CREANCE_TEST', what: 'a test', hint: 'none', retryable: false };
const revoked = new SessionRevokedError(facts);

let life: AbortController;
let session: Session;

beforeEach(() => {
  life = new AbortController();
  session = { signal: life.signal } as Session;
});

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

  // breaks when: the fault is given as the framework has wrapped it
  it('takes the reason for whatever the work makes of it', async () => {
    const ended = whileLive(session, async () => {
      life.abort(revoked);
      throw new Error('a framework wraps it', { cause: revoked });
    });
    await expect(ended).rejects.toBe(revoked);
  });

  it('gives a fault of another kind at once', async () => {
    const fault = new TypeError('terminated');
    await expect(whileLive(session, () => Promise.reject(fault))).rejects.toBe(fault);
  });

  it('leaves no listener on a session that lives for hours', async () => {
    const removed = vi.spyOn(life.signal, 'removeEventListener');
    await whileLive(session, async () => 7);
    expect(removed).toHaveBeenCalledTimes(1);
  });
});
