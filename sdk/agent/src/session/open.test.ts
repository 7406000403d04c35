import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OpenSessionRequest, OpenSessionResponse, SessionKind } from '@creance/proto/wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Stage, setStage } from '../doubles/stage.js';
import { sessionOfAny } from '../internal.js';

let stage: Stage;
let folder: string;
beforeEach(async () => {
  stage = setStage();
  folder = await mkdtemp(join(tmpdir(), 'creance-open-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const kindsSeen = () =>
  stage.broker
    .seen('OpenSession')
    .map((call) => OpenSessionRequest.decode(call.request).evidence?.kind?.$case);
const keyFile = () => join(folder, 'agent.key.json');

describe('openSession', () => {
  it('redeems the join string first, and is known by its key afterwards', async () => {
    const client = await stage.connect({ join: stage.broker.joinString() });
    const [one, two] = [await client.session(), await client.session()];
    expect(kindsSeen()).toEqual(['joinToken', 'keyAssertion']);
    expect(one.id).not.toBe(two.id);
    expect(one.name).toBe('support-triage');
    expect(one.absoluteEndAt.getTime()).toBe(stage.clock.now() + 28_800_000);
  });

  it('needs only the key file in the next process', async () => {
    await (await stage.connect({ join: stage.broker.joinString(), keyFile: keyFile() })).session();
    await (await stage.connect({ keyFile: keyFile() })).session();
    expect(kindsSeen()).toEqual(['joinToken', 'keyAssertion']);
  });

  it('tries the key first when both are there, so that a join string left in place does no harm', async () => {
    const given = { join: stage.broker.joinString(), keyFile: keyFile() };
    await (await stage.connect(given)).session();
    await (await stage.connect(given)).session();
    expect(kindsSeen()).toEqual(['joinToken', 'keyAssertion']);
  });

  it.each(['evidence_key_unknown', 'evidence_key_expired'] as const)(
    'joins again with the same key after %s when a join string is there',
    async (reason) => {
      const first = stage.broker.joinString('join-token-of-the-test-1');
      await (await stage.connect({ join: first, keyFile: keyFile() })).session();
      const again = stage.broker.joinString('join-token-of-the-test-2');
      const client = await stage.connect({ join: again, keyFile: keyFile() });
      stage.broker.refuseNext('OpenSession', reason);
      await client.session();
      expect(kindsSeen()).toEqual(['joinToken', 'keyAssertion', 'joinToken']);
      expect(stage.broker.evidenceKeys.size).toBe(1);
    },
  );

  it('keeps the key of a join that a crash cut short, and redeems with it', async () => {
    const given = { join: stage.broker.joinString(), keyFile: keyFile() };
    await stage.connect(given);
    const client = await stage.connect(given);
    await client.session();
    expect(kindsSeen()).toEqual(['keyAssertion', 'joinToken']);
  });

  // breaks when: `joinHelps` names more reasons
  it.each(['evidence_key_revoked', 'workload_not_registered', 'evidence_expired'] as const)(
    'does not spend the join string when the answer is %s',
    async (reason) => {
      await (
        await stage.connect({ join: stage.broker.joinString(), keyFile: keyFile() })
      ).session();
      const spare = stage.broker.joinString('join-token-of-the-test-2');
      const client = await stage.connect({ join: spare, keyFile: keyFile() });
      stage.broker.refuseNext('OpenSession', reason);
      await expect(client.session()).rejects.toMatchObject({ reason });
      expect(stage.broker.joinTokens.get('join-token-of-the-test-2')).toBe('');
    },
  );

  it('says what to do when the join string was used by another key', async () => {
    await (await stage.connect({ join: stage.broker.joinString() })).session();
    const client = await stage.connect({ join: stage.broker.joinString() });
    await expect(client.session()).rejects.toMatchObject({
      name: 'EvidenceError',
      code: 'CREANCE_JOIN_TOKEN_USED',
      hint: expect.stringContaining('ask an operator'),
    });
  });

  it('keeps its session key through retries, so that an answer that got lost opens no second session', async () => {
    const client = await stage.connect({ join: stage.broker.joinString() });
    stage.broker.refuseNext('OpenSession', 'store_busy');
    const opening = client.session();
    await stage.clock.advance(5_000);
    await opening;
    const keys = stage.broker.seen('OpenSession').map((call) => call.parsed.jwk.x);
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
    expect(stage.broker.sessions.size).toBe(1);
  });

  it('makes a new session key for each session', async () => {
    const client = await stage.connect();
    await Promise.all([client.session(), client.session()]);
    const keys = new Set(stage.broker.seen('OpenSession').map((call) => call.parsed.jwk.x));
    expect(keys.size).toBe(2);
  });

  it.each([
    ['verifier', SessionKind.SESSION_KIND_VERIFIER],
    ['operator', SessionKind.SESSION_KIND_OPERATOR],
  ])('tells that it is for a %s', async (kind, wire) => {
    stage.broker.kind = wire;
    const session = await sessionOfAny(await stage.connect());
    expect(session.kind).toBe(kind);
  });

  const whole = {
    sessionId: Buffer.alloc(16, 1),
    kind: SessionKind.SESSION_KIND_WORKLOAD,
    name: 'a',
    absoluteEndUnixSeconds: 1n,
    idleSeconds: 600,
    evidenceKeyEndUnixSeconds: 1n,
    roles: [],
  };
  it.each([
    ['a short session id', { sessionId: Buffer.alloc(15) }],
    ['no kind', { kind: 0 }],
    ['an unknown kind', { kind: 9 }],
    ['no name', { name: '' }],
    ['no idle time', { idleSeconds: 0 }],
    ['an end beyond all numbers', { absoluteEndUnixSeconds: 2n ** 62n }],
  ])('refuses a reply with %s', async (_name, parts) => {
    const client = await stage.connect();
    const message = { ...whole, ...parts } as OpenSessionResponse;
    const response = OpenSessionResponse.encode(message).finish();
    stage.broker.replyNext('OpenSession', { ok: true, response, nonce: undefined });
    await expect(client.session()).rejects.toMatchObject({ code: 'CREANCE_REPLY_MALFORMED' });
  });

  it('refuses a reply that is no message', async () => {
    const client = await stage.connect();
    const response = Uint8Array.of(0xff);
    stage.broker.replyNext('OpenSession', { ok: true, response, nonce: undefined });
    await expect(client.session()).rejects.toMatchObject({ code: 'CREANCE_REPLY_MALFORMED' });
  });
});
