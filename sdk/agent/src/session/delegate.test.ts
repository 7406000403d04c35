import { DelegateSessionRequest, DelegateSessionResponse } from '@creance/proto/wire';
import { beforeEach, describe, expect, it } from 'vitest';
import { settle } from '../doubles/fake-clock.js';
import { lostReply, refusalReply } from '../doubles/replies.js';
import { type Stage, setStage } from '../doubles/stage.js';
import { NotGrantedError } from '../errors/creance-error.js';
import type { InternalSession } from '../internal.js';
import type { Session } from './session.js';

const crm = { audience: 'https://crm.example', scopes: ['contacts:read'] };

let stage: Stage;
let parent: InternalSession;
beforeEach(async () => {
  stage = setStage({ streams: true });
  parent = await stage.open();
});

const asked = () => stage.broker.seen('DelegateSession');
const keyOf = (session: Session) => stage.broker.sessions.get(session.id);

describe('delegate', () => {
  it('opens a child with a key of its own, which gets tokens bound to that key', async () => {
    const child = await parent.delegate();
    expect(child.id).not.toBe(parent.id);
    expect(keyOf(child)).not.toBe(keyOf(parent));
    expect(child.name).toBe(parent.name);
    expect(child.absoluteEndAt.getTime()).toBe(stage.clock.now() + 3_600_000);
    const token = await child.token(crm);
    expect((await parent.token(crm)).reveal()).not.toBe(token.reveal());
    expect(stage.events).toContainEqual({
      type: 'session_opened',
      sessionId: child.id,
      name: child.name,
      parentId: parent.id,
    });
  });

  // breaks when: the second proof is by the parent, or either lacks digest or nonce: the double judges both
  it('proves both keys, each with a nonce and the digest, and again after a demand for a nonce', async () => {
    await parent.delegate();
    const [first, second] = asked();
    expect(first?.parsed.nonce).toBeUndefined();
    expect(second?.parsed.nonce).toBe('nonce-for-new-keys');
    expect(second?.parsed.contentDigest).toMatch(/^sha-256=/);
    expect(second?.newKeyProof).not.toBe(first?.newKeyProof);
    expect(asked()).toHaveLength(2);
  });

  it('numbers the proofs of the child from 1, apart from those of the parent', async () => {
    const child = await parent.delegate();
    await settle();
    const { dpop } = await child.headers({ url: 'https://crm.example/', ...crm });
    const payload = Buffer.from(dpop.split('.')[1] ?? '', 'base64url').toString();
    // 1 and 2 proved the delegation, 3 opened the stream, 4 this.
    expect(JSON.parse(payload)).toMatchObject({ ctr: 4 });
  });

  it('has a stream of its own', async () => {
    const child = await parent.delegate();
    await settle();
    await child.token(crm);
    expect(stage.broker.streams.map(({ sessionId }) => sessionId)).toEqual([parent.id, child.id]);
    expect(stage.broker.streams[1]?.heard).toHaveLength(1);
  });

  it('declares the task', async () => {
    const grants = [{ audience: 'https://crm.example', scopes: ['b', 'a'] }];
    await parent.delegate({ task: { grants, lifetimeSeconds: 120 } });
    const { task } = DelegateSessionRequest.decode(asked()[0]?.request ?? new Uint8Array());
    expect(task?.grants.map(({ scopes }) => [...scopes])).toEqual([['a', 'b']]);
    expect(task?.lifetimeSeconds).toBe(120);
  });

  // breaks when: a retry makes another key: an answer that got lost would leave a child behind
  it('keeps the key of the child through retries', async () => {
    stage.broker.refuseNext('DelegateSession', 'store_busy');
    const opening = parent.delegate();
    await stage.clock.advance(5_000);
    await opening;
    const keys = asked().map(({ request }) => DelegateSessionRequest.decode(request).keyThumbprint);
    expect(keys.length).toBeGreaterThan(1);
    expect(new Set(keys).size).toBe(1);
  });

  it.each(['delegation_not_granted', 'delegation_too_deep', 'task_not_allowed'] as const)(
    'tells that there is no such child: %s',
    async (reason) => {
      stage.broker.refuseNext('DelegateSession', reason);
      const error: unknown = await parent.delegate().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(NotGrantedError);
      expect(error).toMatchObject({ reason, retryable: false });
    },
  );

  const whole = { sessionId: Buffer.alloc(16, 1), name: 'a', idleSeconds: 600 };
  it.each([
    ['a short session id', { sessionId: Buffer.alloc(15) }],
    ['no name', { name: '' }],
    ['no idle time', { idleSeconds: 0 }],
    ['an end beyond all numbers', { absoluteEndUnixSeconds: 2n ** 62n }],
  ])('refuses a reply with %s', async (_name, parts) => {
    const message = { ...whole, absoluteEndUnixSeconds: 1n, ...parts };
    const response = DelegateSessionResponse.encode(message).finish();
    stage.broker.replyNext('DelegateSession', { ok: true, response, nonce: undefined });
    await expect(parent.delegate()).rejects.toMatchObject({ code: 'CREANCE_REPLY_MALFORMED' });
  });

  it('can be rekeyed no more than its evidence is its own', async () => {
    const child = await parent.delegate();
    await expect(child.rekey()).rejects.toMatchObject({
      name: 'EvidenceError',
      code: 'CREANCE_REKEY_NEEDS_EVIDENCE',
    });
    expect(stage.broker.seen('RekeySession')).toHaveLength(0);
  });
});

describe('the end of a parent', () => {
  // breaks when: the child does not listen to its parent
  it('that is revoked ends all below it at once, with the same error', async () => {
    const child = await parent.delegate();
    const grandchild = await child.delegate();
    stage.broker.streams[0]?.end(refusalReply('session_revoked'));
    await settle();
    expect(parent.signal.reason).toMatchObject({ code: 'CREANCE_SESSION_REVOKED' });
    expect(child.signal.reason).toBe(parent.signal.reason);
    expect(grandchild.signal.reason).toBe(parent.signal.reason);
    await expect(grandchild.token(crm)).rejects.toBe(parent.signal.reason);
    expect(stage.transport.streamsOpen).toBe(0);
  });

  it('that is closed closes its children here, and tells the broker once', async () => {
    const child = await parent.delegate();
    await parent.close();
    await child.close();
    expect(child.signal.reason).toMatchObject({ code: 'CREANCE_SESSION_ENDED' });
    expect(stage.broker.seen('EndSession').map(({ sessionId }) => sessionId)).toEqual([parent.id]);
    expect(stage.clock.pending).toBe(0);
  });

  it('leaves no child behind that was being opened meanwhile', async () => {
    const release = stage.transport.hold();
    const opening = parent.delegate();
    const outcome = expect(opening).rejects.toMatchObject({ code: 'CREANCE_SESSION_ENDED' });
    const closing = parent.close();
    release();
    await outcome;
    await closing;
    expect(stage.transport.streamsOpen).toBe(0);
    expect(stage.clock.pending).toBe(0);
  });

  it('makes no child any more', async () => {
    await parent.close();
    await expect(parent.delegate()).rejects.toBe(parent.signal.reason);
    expect(asked()).toHaveLength(0);
  });
});

describe('the end of a child', () => {
  it('leaves its parent and its siblings alone', async () => {
    const [one, two] = [await parent.delegate(), await parent.delegate()];
    await one.close();
    expect(parent.signal.aborted || two.signal.aborted).toBe(false);
    expect((await two.token(crm)).scopes).toEqual(['contacts:read']);
    expect(stage.broker.seen('EndSession').map(({ sessionId }) => sessionId)).toEqual([one.id]);
  });

  it('is no end of the parent when its answer is lost', async () => {
    stage.broker.losses.set('DelegateSession', lostReply(14));
    const opening = parent.delegate();
    const outcome = expect(opening).rejects.toMatchObject({ code: 'CREANCE_BROKER_UNAVAILABLE' });
    await stage.clock.advance(5_000);
    await outcome;
    expect(parent.signal.aborted).toBe(false);
  });
});
