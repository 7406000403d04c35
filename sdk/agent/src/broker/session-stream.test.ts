import { beforeEach, describe, expect, it } from 'vitest';
import { settle } from '../doubles/fake-clock.js';
import { refusalReply } from '../doubles/replies.js';
import type { ScriptedStream } from '../doubles/scripted-stream.js';
import { type Stage, setStage } from '../doubles/stage.js';
import type { InternalSession } from '../internal.js';
import { limits } from '../limits.js';

const crm = { audience: 'https://crm.example', scopes: ['contacts:read'] };
const other = (i: number) => ({ ...crm, scopes: [`s${i}`] });

let stage: Stage;
let session: InternalSession;
beforeEach(async () => {
  stage = setStage({ streams: true });
  session = await stage.open();
});

const stream = (): ScriptedStream => stage.broker.streams.at(-1) as ScriptedStream;
const unary = () => stage.broker.seen('IssueToken').length;
const eventsOf = (type: string) => stage.events.filter((event) => event.type === type);

describe('the session stream', () => {
  // breaks when: the line does not offer a token request to the stream
  it('carries token requests and renewals, and no call is made beside it', async () => {
    const token = await session.token(crm);
    expect(token.scopes).toEqual(['contacts:read']);
    await stage.clock.advance(200_000);
    expect(stage.broker.streamed('issueToken')).toBe(1);
    expect(stage.broker.streamed('renewSession')).toBe(1);
    expect(stage.transport.tried).toBe(1);
    expect(eventsOf('stream_opened')).toHaveLength(1);
  });

  it.each(['verifier', 'operator'] as const)(
    'is not opened for a session of kind %s',
    async (kind) => {
      const staged = setStage({ streams: true });
      staged.broker.kind = kind === 'verifier' ? 2 : 3;
      await staged.open();
      expect(staged.transport.streamsOpened).toBe(0);
    },
  );

  it('gives each answer to its request, whatever their order, and hears none of unknown ids', async () => {
    stream().reply = () => undefined;
    const asked = [0, 1, 2].map((i) => session.token(other(i)));
    await settle();
    const answers = [...stream().heard].reverse();
    stream().reply = undefined;
    for (const { id, kind } of answers) {
      stream().say(
        { $case: 'renewSession', value: { idleSeconds: 1, absoluteEndUnixSeconds: 1n } },
        id + 1_000n,
      );
      const answer = kind && stream().brokerAnswer(kind);
      if (answer !== undefined) stream().say(answer, id);
    }
    const scopes = (await Promise.all(asked)).map((token) => token.scopes[0]);
    expect(scopes).toEqual(['s0', 's1', 's2']);
    expect(unary()).toBe(0);
  });

  it('counts its requests from 1, each id once', async () => {
    await Promise.all([0, 1, 2].map((i) => session.token(other(i))));
    expect(stream().heard.map(({ id }) => id)).toEqual([1n, 2n, 3n]);
  });

  it('retries a refusal that may pass, as a call does, and keeps the reason of others', async () => {
    stage.broker.refuseNext('IssueToken', 'store_busy');
    const asked = session.token(crm);
    await stage.clock.advance(1_000);
    expect((await asked).scopes).toEqual(['contacts:read']);
    const metadata = { missing_scope: 'contacts:export' };
    stage.broker.refuseNext('IssueToken', 'scope_not_granted', { metadata });
    await expect(session.token(other(1))).rejects.toMatchObject({
      name: 'NotGrantedError',
      missingScope: 'contacts:export',
      requestId: 'request-1',
    });
    expect(unary()).toBe(0);
  });
});

describe('a stream that does not work', () => {
  it('is not waited for: calls go their own way until it is there', async () => {
    const staged = setStage({ streams: true });
    staged.broker.greets = false;
    const unready = await staged.open();
    await unready.token(crm);
    expect(staged.broker.seen('IssueToken')).toHaveLength(1);
  });

  // breaks when: `wait` of a request goes, or its silence does not lose the stream
  it('that is silent to a request gives it up after a second, and the call goes on by itself', async () => {
    stream().reply = () => undefined;
    const asked = session.token(crm);
    await stage.clock.advance(limits.streamAnswerMillis - 1);
    expect(unary()).toBe(0);
    await stage.clock.advance(1);
    await asked;
    expect(unary()).toBe(1);
    expect(stage.transport.streamsOpen).toBe(0);
    expect(eventsOf('stream_lost')).toMatchObject([{ code: 'CREANCE_STREAM_SILENT' }]);
  });

  it('that breaks in mid request gives all of them back at once', async () => {
    stream().reply = () => undefined;
    const asked = [0, 1, 2].map((i) => session.token(other(i)));
    await settle();
    stage.transport.breakStreams();
    expect(await Promise.all(asked)).toHaveLength(3);
    expect(unary()).toBe(3);
  });

  it('takes no more requests than may wait, and sends the rest their own way', async () => {
    stream().reply = () => undefined;
    const asked = Array.from({ length: limits.streamRequests + 3 }, (_, i) =>
      session.token(other(i)),
    );
    await settle();
    expect(unary()).toBe(3);
    stage.transport.breakStreams();
    await Promise.all(asked);
  });

  it('is opened again with pauses that grow, spread, up to half a minute', async () => {
    stage.transport.away = true;
    stage.transport.breakStreams();
    await stage.clock.advance(120_000);
    const waits = eventsOf('stream_lost').map((event) => 'waitMillis' in event && event.waitMillis);
    expect(waits.slice(0, 8)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    stage.transport.away = false;
    await stage.clock.advance(30_000);
    expect(stage.transport.streamsOpen).toBe(1);
    const before = unary();
    await session.token(crm);
    expect(unary()).toBe(before);
  });

  // breaks when: the pauses begin anew with every greeting
  it('does not run in circles with a broker that greets and hangs up', async () => {
    for (let i = 0; i < 5; i += 1) {
      stage.transport.breakStreams();
      await stage.clock.advance(stage.clock.nextMillis ?? 0);
    }
    const waits = eventsOf('stream_lost').map((event) => 'waitMillis' in event && event.waitMillis);
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000]);
    await stage.clock.advance(limits.streamSteadyMillis);
    stage.transport.breakStreams();
    expect(eventsOf('stream_lost').at(-1)).toMatchObject({ waitMillis: 500 });
  });

  // breaks when: all whom the broker asks to wait come back at the same moment
  it('waits as long as the broker asks, and up to half as long again', async () => {
    for (const [fraction, waitMillis] of [
      [0, 90_000],
      [0.5, 112_500],
    ] as const) {
      stage.entropy.nextFraction = fraction;
      stream().end(refusalReply('rate_limited', { retryAfterMillis: 90_000 }));
      await settle();
      expect(eventsOf('stream_lost').at(-1)).toMatchObject({ waitMillis });
      await stage.clock.advance(waitMillis);
    }
  });

  it('is not asked for again when the broker does not know it', async () => {
    const staged = setStage();
    await staged.open();
    await staged.clock.advance(180_000);
    expect(staged.transport.streamsOpened).toBe(1);
    expect(staged.events.map(({ type }) => type)).not.toContain('stream_lost');
  });

  it('answers a demand for a nonce at once, and once', async () => {
    const staged = setStage({ streams: true });
    const opened = await staged.open();
    staged.broker.nonce = 'nonce-1';
    staged.transport.breakStreams();
    await staged.clock.advance(500);
    expect(staged.transport.streamsOpened).toBe(3);
    expect(staged.transport.streamsOpen).toBe(1);
    await opened.token(crm);
    expect(staged.broker.streamed('issueToken')).toBe(1);
  });

  it('does not play ping-pong with a broker that demands nonces for ever', async () => {
    for (let i = 0; i < 50; i += 1)
      stage.broker.refuseNext('Stream', 'nonce_required', { nonce: `nonce-${i}` });
    const before = stage.transport.streamsOpened;
    stage.transport.breakStreams();
    await stage.clock.advance(500);
    expect(stage.transport.streamsOpened - before).toBe(2);
  });

  it.each([
    [
      'does not greet first',
      (it: ScriptedStream) => it.say({ $case: 'challenge', value: { nonce: 'n' } }),
    ],
    ['greets nobody in time', () => {}],
  ])('is given up when the broker %s', async (_name, act) => {
    const staged = setStage({ streams: true });
    staged.broker.greets = false;
    await staged.open();
    act(staged.broker.streams[0] as ScriptedStream);
    await staged.clock.advance(limits.streamOpenMillis);
    expect(staged.events.map(({ type }) => type)).toContain('stream_lost');
  });

  it.each<[string, (it: ScriptedStream) => void]>([
    ['bytes that are no message', (it) => it.sayBytes(Uint8Array.of(0xff, 0xff))],
    ['a message of no kind', (it) => it.sayBytes(new Uint8Array())],
    ['a second greeting', (it) => it.greet()],
    ['an answer to nobody', (it) => it.say({ $case: 'issueToken', value: empty })],
    [
      'a nonce that no proof may carry',
      (it) => it.say({ $case: 'challenge', value: { nonce: 'a b' } }),
    ],
  ])('is given up for %s, and the call that waits goes on', async (_name, act) => {
    const first = stream();
    first.reply = () => undefined;
    const asked = session.token(crm);
    await settle();
    act(first);
    expect((await asked).scopes).toEqual(['contacts:read']);
    expect(unary()).toBe(1);
    expect(eventsOf('stream_lost')).toMatchObject([{ code: 'CREANCE_STREAM_MALFORMED' }]);
    expect(session.signal.aborted).toBe(false);
  });

  it('is given up for an answer of another kind', async () => {
    stream().reply = () => ({
      $case: 'renewSession',
      value: { idleSeconds: 600, absoluteEndUnixSeconds: 1n },
    });
    await session.token(crm);
    expect(unary()).toBe(1);
    expect(eventsOf('stream_lost')).toMatchObject([{ code: 'CREANCE_STREAM_MALFORMED' }]);
  });

  it('gives no token without sense, whatever the way', async () => {
    stream().reply = () => ({ $case: 'issueToken', value: empty });
    await expect(session.token(crm)).rejects.toMatchObject({ code: 'CREANCE_REPLY_MALFORMED' });
  });
});

const empty = { token: '', tokenType: '', expiresUnixSeconds: 0n, scopes: [], lifetimeSeconds: 0 };
