import { ok, type Revision, refuse } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import { callBy, callByNewKey } from '../doubles/calls.js';
import { sessionIdOf } from '../doubles/ids.js';
import { sessionOf } from '../doubles/sessions.js';
import type { SessionWrite } from '../store/store.js';
import { endSession } from './end-session.js';
import { renewSession } from './renew-session.js';

const call = callBy(sessionOf(1));
const audit = {
  at: call.now,
  actor: sessionIdOf(1),
  session: sessionIdOf(1),
  requestId: 'request-1',
  facts: {},
};

describe('endSession', () => {
  it('ends the session that calls, and no other', async () => {
    const writes: SessionWrite[] = [];
    const ended = await endSession({
      endSession: async (write) => {
        writes.push(write);
        return ok(9 as Revision);
      },
    })({}, call);
    expect(ended).toEqual({ ok: true, value: 9 });
    expect(writes).toEqual([
      { session: sessionIdOf(1), now: call.now, audit: { ...audit, kind: 'session_ended' } },
    ]);
  });

  it('is refused when the store refuses, and a fault for who has no session', async () => {
    const verb = endSession({ endSession: async () => refuse('store_full') });
    expect(await verb({}, call)).toEqual({ ok: false, error: { reason: 'store_full' } });
    await expect(verb({}, callByNewKey())).rejects.toThrow();
  });
});

describe('renewSession', () => {
  it('prolongs the session that calls, and gives it as it is then', async () => {
    const writes: SessionWrite[] = [];
    const renewed = sessionOf(1, { activeAt: call.now });
    const verb = renewSession({
      renewSession: async (write) => {
        writes.push(write);
        return ok(renewed);
      },
    });
    expect(await verb({}, call)).toEqual({ ok: true, value: renewed });
    expect(writes).toEqual([
      {
        session: sessionIdOf(1),
        provenKey: sessionOf(1).key,
        now: call.now,
        audit: { ...audit, kind: 'session_renewed' },
      },
    ]);
  });

  it.each(['session_revoked', 'session_expired', 'ancestor_ended', 'store_busy'] as const)(
    'is refused with %s when the store refuses',
    async (reason) => {
      const verb = renewSession({ renewSession: async () => refuse(reason) });
      expect(await verb({}, call)).toEqual({ ok: false, error: { reason } });
    },
  );
});
