import { beforeEach, describe, expect, it } from 'vitest';
import { settle } from '../doubles/fake-clock.js';
import type { ScriptedStream } from '../doubles/scripted-stream.js';
import { type Stage, setStage } from '../doubles/stage.js';
import type { InternalSession } from '../internal.js';
import { limits } from '../limits.js';

const crm = { audience: 'https://crm.example', scopes: ['contacts:read'] };

let stage: Stage;
let session: InternalSession;
beforeEach(async () => {
  stage = setStage({ streams: true });
  session = await stage.open();
});

const stream = (): ScriptedStream => stage.broker.streams.at(-1) as ScriptedStream;
const unary = () => stage.broker.seen('IssueToken').length;
const eventsOf = (type: string) => stage.events.filter((event) => event.type === type);

describe('a challenge', () => {
  it('is answered by a proof with its nonce, which has no answer of its own', async () => {
    stream().say({ $case: 'challenge', value: { nonce: 'challenge-1' } });
    await settle();
    expect(stream().answeredNonces).toEqual(['challenge-1']);
    expect(stream().heard.map(({ id }) => id)).toEqual([0n]);
  });

  it('does not become the nonce of other calls', async () => {
    stream().say({ $case: 'challenge', value: { nonce: 'challenge-1' } });
    await settle();
    await session.call('/creance.v1.OperatorService/Cut', new Uint8Array(), { digest: true });
    expect(stage.broker.seen('Cut')[0]?.parsed.nonce).toBeUndefined();
  });

  // breaks when: `streamChallenges` is not looked at
  it('that comes in floods is answered so often and no more', async () => {
    const flooded = stream();
    for (let i = 0; i < 1_000; i += 1)
      flooded.say({ $case: 'challenge', value: { nonce: `challenge-${i}` } });
    await settle();
    expect(flooded.answeredNonces).toHaveLength(limits.streamChallenges);
    expect(eventsOf('stream_lost')).toMatchObject([{ code: 'CREANCE_STREAM_FLOODED' }]);
    await session.token(crm);
    expect(unary()).toBe(1);
  });

  it('in its usual rhythm keeps the stream for good, and its absence loses it', async () => {
    const staged = setStage({ streams: true });
    staged.broker.challengeSeconds = 60;
    await staged.open();
    for (let i = 0; i < 20; i += 1) {
      await staged.clock.advance(60_000);
      staged.broker.streams[0]?.say({ $case: 'challenge', value: { nonce: `challenge-${i}` } });
      await settle();
    }
    expect(staged.broker.streams[0]?.answeredNonces).toHaveLength(20);
    expect(staged.transport.streamsOpened).toBe(1);
    await staged.clock.advance(80_000);
    expect(staged.events.at(-1)).toMatchObject({ code: 'CREANCE_STREAM_SILENT' });
  });
});
