import { ok, type Reason, type Revision, refuse } from '@creance/proto';
import { beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../domain/limits.js';
import { callBy } from '../doubles/calls.js';
import { sessionIdOf } from '../doubles/ids.js';
import { seededEntropy } from '../doubles/seeded-entropy.js';
import { sessionOf } from '../doubles/sessions.js';
import type { SessionCut } from '../store/store.js';
import { resume } from './resume.js';
import { suspend } from './suspend.js';

const operator = sessionOf('operator', { kind: 'operator', name: 'alex' });
const call = callBy(operator, ['security']);
const id = sessionIdOf('held');
const words = 'looks stolen';

let written: SessionCut[];
let refusal: 'session_unknown' | 'session_revoked' | 'store_busy' | undefined;

beforeEach(() => {
  [written, refusal] = [[], undefined];
});

const hold = suspend(
  {
    async suspendSession(write) {
      written.push(write);
      return refusal ? refuse(refusal) : ok({ revision: 9 as Revision, sessionsEnded: 3 });
    },
  },
  () => 12,
);
const inDev = {
  dev: true,
  entropy: seededEntropy(),
  propose: () => Promise.reject(new Error('nobody else is needed')),
  path: () => [],
};
const release = resume({
  ...inDev,
  store: {
    ...inDev,
    async resumeSession(write) {
      written.push(write);
      return refusal ? refuse(refusal) : ok(3);
    },
  },
});

describe('suspend', () => {
  it('holds a session with author and reason, and says how many and who was told', async () => {
    expect(await hold({ id, reason: ` ${words} ` }, call)).toEqual({
      ok: true,
      value: { revision: 9, sessionsEnded: 3, verifiersSubscribed: 12 },
    });
    expect(written).toEqual([
      {
        session: id,
        now: call.now,
        audit: {
          kind: 'session_suspended',
          at: call.now,
          actor: operator.id,
          session: id,
          requestId: 'request-1',
          facts: { reason: words },
        },
      },
    ]);
  });
});

describe('resume', () => {
  // Law 3. breaks when: the reason is not asked
  it('lets a session go with author and reason, and says how many', async () => {
    expect(await release({ id, reason: words }, call)).toEqual({
      ok: true,
      value: { sessionsResumed: 3 },
    });
    expect(written[0]?.audit).toEqual({
      kind: 'session_resumed',
      at: call.now,
      actor: operator.id,
      session: id,
      requestId: 'request-1',
      facts: { reason: words },
    });
  });

  it.each(['session_not_suspended', 'revalidation_required'] as const)(
    'is refused with %s when the step is',
    async (reason) => {
      const store = { ...inDev, resumeSession: async () => refuse(reason) };
      const verb = resume({ ...inDev, store });
      expect(await verb({ id, reason: words }, call)).toEqual({ ok: false, error: { reason } });
    },
  );
});

describe.each([
  ['suspend', hold],
  ['resume', release],
])('the reason of %s', (_name, verb) => {
  it.each(['', 'ab', ' ab ', 'x'.repeat(limits.reasonCharsMax + 1)])(
    'is mandatory: %j writes nothing',
    async (reason) => {
      expect(await verb({ id, reason }, call)).toMatchObject({
        error: { reason: 'reason_missing' satisfies Reason },
      });
      expect(written).toEqual([]);
    },
  );

  it.each(['session_unknown', 'session_revoked', 'store_busy'] as const)(
    'does not hide that the store refused with %s',
    async (reason) => {
      refusal = reason;
      expect(await verb({ id, reason: words }, call)).toEqual({ ok: false, error: { reason } });
    },
  );
});
