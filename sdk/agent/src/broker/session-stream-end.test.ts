import type { Reason } from '@creance/proto';
import { beforeEach, describe, expect, it } from 'vitest';
import { settle } from '../doubles/fake-clock.js';
import { lostReply, refusalReply } from '../doubles/replies.js';
import type { ScriptedStream } from '../doubles/scripted-stream.js';
import { type Stage, setStage } from '../doubles/stage.js';
import { SessionEndedError, SessionRevokedError } from '../errors/creance-error.js';
import type { InternalSession } from '../internal.js';

const crm = { audience: 'https://crm.example', scopes: ['contacts:read'] };

let stage: Stage;
let session: InternalSession;
beforeEach(async () => {
  stage = setStage({ streams: true });
  session = await stage.open();
});

const stream = (): ScriptedStream => stage.broker.streams.at(-1) as ScriptedStream;

describe('the end of a stream', () => {
  it.each<[Reason, typeof SessionEndedError]>([
    ['session_revoked', SessionRevokedError],
    ['ancestor_ended', SessionRevokedError],
    ['session_ended', SessionEndedError],
    ['session_expired', SessionEndedError],
  ])('with %s ends the session at once, and all that waits', async (reason, kind) => {
    stream().reply = () => undefined;
    const asked = session.token(crm);
    await settle();
    const outcome = expect(asked).rejects.toMatchObject({ reason });
    stage.broker.cut(reason);
    await settle();
    await outcome;
    expect(session.signal.reason).toBeInstanceOf(kind);
    const { tried, streamsOpened } = stage.transport;
    await stage.clock.advance(3_600_000);
    expect([stage.transport.tried, stage.transport.streamsOpened]).toEqual([tried, streamsOpened]);
  });

  // breaks when: a reason of another domain is believed
  it.each([
    ['shutting down', refusalReply('shutting_down')],
    ['with no word', lostReply(14)],
    ['with an unanswered challenge', refusalReply('challenge_unanswered')],
    ['by the word of somebody else', refusalReply('session_revoked', { domain: 'proxy.example' })],
  ])('%s does not end the session', async (_name, end) => {
    stream().end(end);
    await settle();
    expect(session.signal.aborted).toBe(false);
    await stage.clock.advance(1_000);
    expect(stage.transport.streamsOpen).toBe(1);
  });

  it('comes with the end of the session', async () => {
    await session.close();
    expect(stage.transport.streamsOpen).toBe(0);
    expect(stage.clock.pending).toBe(0);
  });

  // breaks when: a timer of the stream is not unref'ed
  it('leaves the process free: no timer of an idle stream keeps it alive', async () => {
    const staged = setStage({ streams: true });
    staged.broker.greets = false;
    await staged.open();
    // Renewal, and the time for the greeting.
    expect(staged.clock.pending).toBe(staged.clock.unrefs);
    (staged.broker.streams[0] as ScriptedStream).greet();
    await settle();
    expect(staged.clock.pendingRefs).toBe(0);
    staged.transport.breakStreams();
    await settle();
    expect(staged.clock.pendingRefs).toBe(0);
  });
});
