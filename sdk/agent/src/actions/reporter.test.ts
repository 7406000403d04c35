import { ActionOutcome, SessionKind } from '@creance/proto/wire';
import { beforeEach, describe, expect, it } from 'vitest';
import { settle } from '../doubles/fake-clock.js';
import { type Stage, setStage } from '../doubles/stage.js';
import type { InternalSession } from '../internal.js';
import { limits } from '../limits.js';
import type { ActionRecord } from './action.js';

const audience = 'https://crm.example';
const done: ActionRecord = { action: 'contacts.export', audience, outcome: 'allowed' };

let stage: Stage;
let session: InternalSession;
beforeEach(async () => {
  stage = setStage({ streams: true });
  session = await stage.open();
});

const record = (count: number) => {
  for (let at = 0; at < count; at += 1) session.record({ ...done, action: `action ${at}` });
};
const told = () => stage.broker.observations.map(({ action }) => action);
const idsOf = () => stage.broker.observations.map(({ actionId }) => actionId.toString('base64url'));
const eventsOf = (type: string) => stage.events.filter((event) => event.type === type);

describe('what a session reports', () => {
  it('says of each action what it was, where, and what came of it, and nothing of tokens', async () => {
    session.record(done);
    session.record({ ...done, outcome: 'refused' });
    await stage.clock.advance(limits.reportMillis);
    expect(stage.broker.observations).toMatchObject([
      {
        actionId: { length: 16 },
        sessionId: { length: 0 },
        tokenHash: { length: 0 },
        audience,
        action: 'contacts.export',
        outcome: ActionOutcome.ACTION_OUTCOME_ALLOWED,
        refusal: '',
        ageMillis: 1_000,
        vantage: { origin: false, destination: false, outcome: true },
        proof: undefined,
        foreignProof: undefined,
      },
      { outcome: ActionOutcome.ACTION_OUTCOME_REFUSED },
    ]);
    expect(new Set(idsOf()).size).toBe(2);
    const reported = { type: 'actions_reported', sessionId: session.id, count: 2, dropped: 0 };
    expect(eventsOf('actions_reported')).toEqual([reported]);
  });

  // breaks when: the report asks past the stream
  it('goes over the stream, and by a call of its own where there is none', async () => {
    record(1);
    await stage.clock.advance(limits.reportMillis);
    expect([stage.broker.streamed('reportActions'), stage.broker.seen('ReportActions')]).toEqual([
      1,
      [],
    ]);
    stage.broker.hasStreams = false;
    stage.transport.breakStreams();
    record(1);
    await stage.clock.advance(limits.reportMillis);
    expect(stage.broker.seen('ReportActions')).toHaveLength(1);
  });

  // breaks when: `#arm` waits for the second although a batch is full
  it('is gathered for a second, or until there are 64, and not sent by who notes it', async () => {
    record(limits.reportActions - 1);
    await stage.clock.advance(limits.reportMillis - 1);
    expect(stage.broker.reports).toEqual([]);
    record(1);
    expect(stage.broker.reports).toEqual([]);
    await stage.clock.advance(0);
    expect(stage.broker.reports.map(({ report }) => report.observations.length)).toEqual([64]);
    record(3);
    await stage.clock.advance(limits.reportMillis);
    expect(told()).toHaveLength(limits.reportActions + 3);
  });

  it('is in the order of sight, in batches one after the other', async () => {
    record(200);
    await stage.clock.advance(limits.reportMillis);
    expect(told()).toEqual(Array.from({ length: 200 }, (_, at) => `action ${at}`));
    const sizes = stage.broker.reports.map(({ report }) => report.observations.length);
    expect(sizes).toEqual([64, 64, 64, 8]);
  });

  it('is as old as it is by the monotonic clock, whatever the wall says', async () => {
    session.record(done);
    stage.clock.stepWall(-3_600_000);
    await stage.clock.advance(400);
    session.record(done);
    await stage.clock.advance(600);
    expect(stage.broker.observations.map(({ ageMillis }) => ageMillis)).toEqual([1_000, 600]);
  });

  it.each([
    [{ action: '' }, 'CREANCE_ACTION_MALFORMED'],
    [{ action: 7 }, 'CREANCE_ACTION_MALFORMED'],
    [{ outcome: 'done' }, 'CREANCE_ACTION_MALFORMED'],
    [{ audience: '' }, 'CREANCE_AUDIENCE_MALFORMED'],
    // One that the broker refuses would take its whole batch along.
    [{ audience: 'a'.repeat(257) }, 'CREANCE_AUDIENCE_MALFORMED'],
  ])('is never %j', (odd, code) => {
    const action = { ...done, ...odd } as ActionRecord;
    expect(() => session.record(action)).toThrowError(expect.objectContaining({ code }));
  });

  it('keeps no process alive', async () => {
    const before = stage.clock.pendingRefs;
    record(1);
    expect(stage.clock.pendingRefs).toBe(before);
    const [stream] = stage.broker.streams;
    if (stream !== undefined) stream.reply = () => undefined;
    await stage.clock.advance(limits.reportMillis);
    expect(stage.broker.streamed('reportActions')).toBe(1);
    expect(stage.clock.pendingRefs).toBe(before);
  });
});

describe('whether a session reports', () => {
  const openBy = async (connect: object, options: object) => {
    const join = stage.broker.joinString(`join-token-of-the-test-${stage.events.length}-x`);
    const client = await stage.connect({ join, clock: stage.clock, ...connect });
    return client.session(options);
  };

  // breaks when: the option of the session or of the client is not asked
  it.each([
    [{}, {}, 1],
    [{ report: false }, {}, 0],
    [{}, { report: false }, 0],
    [{ report: false }, { report: true }, 1],
  ])('is said by connect %j, and by itself %j', async (connect, options, count) => {
    const opened = await openBy(connect, options);
    const child = await opened.delegate();
    opened.record(done);
    child.record(done);
    await stage.clock.advance(limits.reportMillis);
    expect(told()).toHaveLength(count * 2);
    const { 'creance-action': id } = await opened.headers({ url: audience, scopes: ['a'] });
    expect(id === undefined).toBe(count === 0);
  });

  it.each([SessionKind.SESSION_KIND_VERIFIER, SessionKind.SESSION_KIND_OPERATOR])(
    'depends on its kind: %d has nothing to say of itself',
    async (kind) => {
      stage.broker.kind = kind;
      const opened = await stage.open();
      opened.record(done);
      await stage.clock.advance(limits.reportMillis);
      expect(told()).toEqual([]);
    },
  );

  it('ends with it: what is noted later goes nowhere', async () => {
    stage.broker.cut('session_revoked');
    await settle();
    session.record(done);
    await stage.clock.advance(10_000);
    expect(told()).toEqual([]);
    expect([stage.clock.pending, eventsOf('actions_dropped')]).toEqual([0, []]);
  });
});
