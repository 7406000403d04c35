import { ok, type Reason, type Revision, refuse } from '@creance/proto';
import { beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../domain/limits.js';
import { callBy } from '../doubles/calls.js';
import { handleOf, sessionIdOf, thumbprintOfName } from '../doubles/ids.js';
import { sessionOf } from '../doubles/sessions.js';
import type { BeforeCut, HandleCut, SessionCut } from '../store/store.js';
import { type CutAsk, cut } from './cut.js';
import { upstreamRef } from './upstream-ask.js';

const operator = sessionOf('operator', { kind: 'operator', name: 'alex' });
const call = callBy(operator, ['security']);
const session = { kind: 'session', id: sessionIdOf('stolen') } as const;

let cuts: (SessionCut | BeforeCut | HandleCut)[];
let refusal: 'session_unknown' | 'revision_in_future' | 'target_unknown' | 'store_busy' | undefined;

beforeEach(() => {
  [cuts, refusal] = [[], undefined];
});

function make(target: CutAsk['target'], reason = 'token seen at a stranger') {
  const done = { revision: 9 as Revision, sessionsEnded: 3 };
  const note = (ask: (typeof cuts)[number]) => {
    cuts.push(ask);
    return refusal;
  };
  const store = {
    keptBy: () => 'store' as const,
    async cutSession(ask: SessionCut) {
      return note(ask) === undefined ? ok(done) : refuse(refusal as 'session_unknown');
    },
    async cutBefore(ask: BeforeCut) {
      return note(ask) === undefined ? ok(done) : refuse(refusal as 'revision_in_future');
    },
    async cutHandle(ask: HandleCut) {
      return note(ask) === undefined ? ok(done) : refuse(refusal as 'target_unknown');
    },
  };
  return cut(store, () => 12)({ target, reason }, call);
}

async function reasonOf(target: CutAsk['target'], reason?: string): Promise<Reason | 'cut'> {
  const made = await make(target, reason);
  return made.ok ? 'cut' : made.error.reason;
}

describe('cut', () => {
  it('ends a session and says what it did and how many verifiers were told', async () => {
    expect(await make(session)).toEqual({
      ok: true,
      value: { revision: 9, sessionsEnded: 3, verifiersSubscribed: 12, kept: 'store' },
    });
    expect(cuts).toEqual([
      {
        session: session.id,
        now: call.now,
        audit: {
          kind: 'session_cut',
          at: call.now,
          actor: operator.id,
          session: session.id,
          requestId: 'request-1',
          facts: { reason: 'token seen at a stranger' },
        },
      },
    ]);
  });

  it('ends everything before a revision, or until now', async () => {
    await make({ kind: 'before', before: 5 as Revision });
    await make({ kind: 'before', before: undefined });
    expect(cuts).toMatchObject([
      { before: 5, audit: { kind: 'before_cut', actor: operator.id, facts: { before: 5 } } },
      { before: undefined, audit: { kind: 'before_cut', facts: { before: 'now' } } },
    ]);
  });

  const idp = 'https://idp.example';
  const [person, login] = [
    upstreamRef('principal', idp, 'alex'),
    upstreamRef('upstream', idp, 'login-1'),
  ];
  const key = thumbprintOfName('evidence');
  it.each([
    [{ kind: 'workload', name: 'triage' }, undefined, { name: 'triage' }],
    [{ kind: 'owner', name: 'team' }, undefined, { name: 'team' }],
    [{ kind: 'principal', issuer: idp, subject: 'alex' }, person, { hash: person.hash }],
    [{ kind: 'upstream', issuer: idp, sessionId: 'login-1' }, login, { hash: login.hash }],
    [{ kind: 'evidence-key', key }, undefined, { key }],
    [{ kind: 'evidence-issuer', handle: handleOf(1) }, undefined, { handle: handleOf(1) }],
  ] as const)('ends what hangs below %j', async (target, stored, facts) => {
    expect(await reasonOf(target)).toBe('cut');
    expect(cuts).toEqual([
      {
        target: stored ?? target,
        now: call.now,
        audit: {
          kind: 'handle_cut',
          at: call.now,
          actor: operator.id,
          requestId: 'request-1',
          facts: { reason: 'token seen at a stranger', target: target.kind, ...facts },
        },
      },
    ]);
    expect(JSON.stringify(cuts)).not.toMatch(/alex|login-1/);
  });

  it('tells that nobody knows what was named', async () => {
    refusal = 'target_unknown';
    expect(await reasonOf({ kind: 'workload', name: 'nobody' })).toBe('target_unknown');
  });

  // breaks when: the words are counted before they are trimmed
  it.each([
    ['', 'reason_missing'],
    ['ab', 'reason_missing'],
    ['  ab  ', 'reason_missing'],
    [' \t\n ', 'reason_missing'],
    ['abc', 'cut'],
    ['x'.repeat(limits.reasonCharsMax), 'cut'],
    [` ${'x'.repeat(limits.reasonCharsMax)} `, 'cut'],
    ['x'.repeat(limits.reasonCharsMax + 1), 'reason_missing'],
  ])('wants a reason of 3 to 500 characters: %j', async (words, outcome) => {
    expect(await reasonOf(session, words)).toBe(outcome);
    expect(cuts).toHaveLength(outcome === 'cut' ? 1 : 0);
  });

  it.each(['session_unknown', 'store_busy'] as const)(
    'tells that the store refused with %s',
    async (reason) => {
      refusal = reason;
      expect(await reasonOf(session)).toBe(reason);
    },
  );

  it('tells that a revision lies ahead of the log', async () => {
    refusal = 'revision_in_future';
    expect(await reasonOf({ kind: 'before', before: 99 as Revision })).toBe('revision_in_future');
  });

  it('names the owner of a development broker as the author', async () => {
    const store = {
      cutSession: async () => refuse('session_unknown' as const),
      cutHandle: async () => refuse('target_unknown' as const),
      keptBy: () => 'store' as const,
      async cutBefore(ask: BeforeCut) {
        cuts.push(ask);
        return refuse('store_busy' as const);
      },
    };
    await cut(store, () => 0)(
      { target: { kind: 'before', before: undefined }, reason: 'clean start' },
      { ...call, caller: { kind: 'dev-owner' } },
    );
    expect(cuts[0]?.audit.actor).toBe('dev');
  });
});
