import { beforeEach, describe, expect, it } from 'vitest';
import { settle } from '../doubles/fake-clock.js';
import { type Stage, setStage } from '../doubles/stage.js';
import { SessionSuspendedError } from '../errors/creance-error.js';
import type { InternalSession } from '../internal.js';

const crm = { audience: 'https://crm.example', scopes: ['contacts:read'] };

const suspended = {
  name: 'SessionSuspendedError',
  code: 'CREANCE_SESSION_SUSPENDED',
  reason: 'session_suspended',
  retryable: true,
};

let stage: Stage;
let session: InternalSession;
const told = () =>
  stage.events.map(({ type }) => type).filter((type) => type.startsWith('session_'));

describe.each([
  ['with a stream', true],
  ['without a stream', false],
])('a session that is held, %s', (_name, streams) => {
  beforeEach(async () => {
    stage = setStage({ streams });
    session = await stage.open();
  });

  // breaks when: cached tokens survive the hold
  it('gets no token, not even one from memory, and lives', async () => {
    await session.token(crm);
    stage.broker.suspend();
    await settle();
    // Without a stream the first refusal tells.
    if (!streams)
      await expect(session.token({ ...crm, scopes: ['other'] })).rejects.toMatchObject(suspended);
    await expect(session.token(crm)).rejects.toMatchObject(suspended);
    const sent = session.fetch('https://crm.example/', crm);
    await expect(sent).rejects.toBeInstanceOf(SessionSuspendedError);
    expect(session.signal.aborted).toBe(false);
    expect(told()).toEqual(['session_opened', 'session_suspended']);
  });

  it('gets new tokens when the hold is over, and says so once', async () => {
    const before = await session.token(crm);
    stage.broker.suspend();
    await settle();
    await session.token({ ...crm, scopes: ['other'] }).catch(() => {});
    stage.broker.resume();
    await settle();
    const after = await session.token(crm);
    expect(after.reveal()).not.toBe(before.reveal());
    expect(told()).toEqual(['session_opened', 'session_suspended', 'session_resumed']);
  });

  // breaks when: `mayRetry` lets a hold through
  it('asks once for each token and does not hammer', async () => {
    stage.broker.suspend();
    await settle();
    const before = stage.transport.tried;
    await expect(session.token(crm)).rejects.toMatchObject(suspended);
    await stage.clock.advance(10_000);
    expect(stage.transport.tried - before).toBe(streams ? 0 : 1);
  });

  // breaks when: a hold counts as a broker that is away
  it('does not use up a token that it was about to replace', async () => {
    await session.token(crm);
    await stage.clock.advance(55_000);
    stage.broker.isHeld = true;
    await expect(session.token(crm)).rejects.toMatchObject(suspended);
    await expect(session.token(crm)).rejects.toMatchObject(suspended);
  });

  it('does not idle out of sight: it looks again, and reports no failure', async () => {
    stage.broker.suspend();
    await stage.clock.advance(600_000);
    expect(stage.events.map(({ type }) => type)).not.toContain('renewal_failed');
    stage.broker.isHeld = false;
    if (streams) stage.broker.resume();
    await stage.clock.advance(100_000);
    expect(told().at(-1)).toBe('session_resumed');
  });

  // breaks when: `rekey` goes through `Hold.learn`
  it('is still held after its key was changed, until the broker says otherwise', async () => {
    stage.broker.suspend();
    await settle();
    if (!streams) await session.token(crm).catch(() => {});
    stage.broker.letsHeldRekey = true;
    await session.rekey();
    await settle();
    await expect(session.token(crm)).rejects.toMatchObject(suspended);
    expect(told()).toEqual(['session_opened', 'session_suspended', 'session_rekeyed']);
    stage.broker.isHeld = false;
    await stage.clock.advance(60_000);
    expect((await session.token(crm)).scopes).toEqual(crm.scopes);
    expect(told().slice(3)).toEqual(['session_resumed']);
  });

  it('can end while it is held', async () => {
    stage.broker.suspend();
    await session.token(crm).catch(() => {});
    stage.broker.cut('session_revoked');
    await settle();
    await session.token(crm).catch(() => {});
    expect(session.signal.reason).toMatchObject({ code: 'CREANCE_SESSION_REVOKED' });
  });
});

// breaks when: any success is taken for the end of a hold, whenever its call was sent
it('does not take the answer of a call from before the hold for its end', async () => {
  stage = setStage();
  session = await stage.open();
  const release = stage.transport.hold();
  const asked = [0, 1].map((i) => session.token({ ...crm, scopes: [`s${i}`] }));
  stage.broker.refuseNext('IssueToken', 'session_suspended');
  release();
  for (const outcome of await Promise.allSettled(asked))
    expect(outcome).toMatchObject({ reason: suspended });
  expect(told()).toEqual(['session_opened', 'session_suspended']);
});

describe('a hold and the stream', () => {
  beforeEach(async () => {
    stage = setStage({ streams: true });
    session = await stage.open();
  });

  it('asks nobody while the stream says that it lasts', async () => {
    stage.broker.suspend();
    await settle();
    for (let i = 0; i < 5; i += 1)
      await expect(session.token(crm)).rejects.toMatchObject(suspended);
    expect(stage.broker.streamed('issueToken')).toBe(0);
    expect(stage.broker.seen('IssueToken')).toHaveLength(0);
  });

  // breaks when: the word of a lost stream still counts
  it('asks again when the stream is lost, since nobody would say that it is over', async () => {
    stage.broker.suspend();
    await settle();
    stage.transport.breakStreams();
    stage.broker.isHeld = false;
    expect((await session.token(crm)).scopes).toEqual(['contacts:read']);
    expect(told().at(-1)).toBe('session_resumed');
  });

  it('is learned from a stream that the broker does not open, and its end from one that it opens', async () => {
    stage.broker.isHeld = true;
    stage.transport.breakStreams();
    await stage.clock.advance(10_000);
    expect(told()).toEqual(['session_opened', 'session_suspended']);
    stage.broker.isHeld = false;
    await stage.clock.advance(30_000);
    expect(told()).toEqual(['session_opened', 'session_suspended', 'session_resumed']);
  });

  // breaks when: an answer from before the hold is given, or taken for its end
  it('gives no token that was asked for before it began and came after', async () => {
    const stream = stage.broker.streams[0];
    if (stream === undefined) throw new Error('no stream');
    stream.reply = () => undefined;
    const asked = session.token(crm);
    await settle();
    const outcome = expect(asked).rejects.toMatchObject(suspended);
    const [request] = stream.heard;
    const answer = request?.kind && stream.brokerAnswer(request.kind);
    stage.broker.suspend();
    if (answer !== undefined) stream.say(answer, request?.id);
    await settle();
    await outcome;
    expect(told()).toEqual(['session_opened', 'session_suspended']);
  });
});
