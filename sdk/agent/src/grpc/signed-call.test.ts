import { status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { settle } from '../doubles/fake-clock.js';
import { type Stage, setStage } from '../doubles/stage.js';
import { creanceInterceptor } from '../grpc.js';
import type { InternalSession } from '../internal.js';
import { type Contacts, connectTo, firstOf, read } from './double-client.js';
import { type GrpcResource, startGrpcResource } from './double-resource.js';

let stage: Stage;
let session: InternalSession;
let resource: GrpcResource;
let client: Contacts;
beforeEach(async () => {
  stage = setStage({ streams: true });
  session = await stage.open();
  resource = await startGrpcResource();
  client = connectTo(resource, [creanceInterceptor(session, crm())]);
});
afterEach(() => {
  client.close();
  resource.close();
});

const crm = () => ({ audience: resource.origin, scopes: ['contacts:read'] });
const issued = () => stage.broker.streamed('issueToken');

describe('on UNAUTHENTICATED', () => {
  it('answers a demand for a nonce once, with the same message and another proof', async () => {
    resource.refusals.push({ reason: 'NONCE_REQUIRED', nonce: 'nonce-1' });
    expect(await read(client)).toBe('read ada');
    expect(resource.seen.map(({ proof }) => proof.nonce)).toEqual([undefined, 'nonce-1']);
    expect(resource.seen.map(({ message }) => message)).toEqual(['ada', 'ada']);
    expect(resource.faults).toEqual([]);
    await read(client);
    expect(resource.seen[2]?.proof.nonce).toBe('nonce-1');
  });

  it('takes the newest nonce from good replies too', async () => {
    resource.nonce = 'nonce-2';
    await read(client);
    await read(client);
    expect(resource.seen[1]?.proof.nonce).toBe('nonce-2');
  });

  // breaks when: `#answered` is not looked at
  it('does not play ping-pong with a resource that demands nonces for ever', async () => {
    for (let i = 0; i < 9; i += 1) resource.refusals.push({ nonce: `nonce-${i}` });
    await expect(read(client)).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
    expect(resource.seen).toHaveLength(2);
  });

  it.each([
    ['its reason', { reason: 'TOKEN_CUT' }],
    ['its challenge', { challenge: 'DPoP error="invalid_token"' }],
  ])('takes one fresh token for a token that is refused by %s', async (_name, refusal) => {
    resource.refusals.push(refusal);
    expect(await read(client)).toBe('read ada');
    expect(issued()).toBe(2);
    const [first, second] = resource.seen;
    expect(first?.token).not.toBe(second?.token);
    for (let i = 0; i < 9; i += 1) resource.refusals.push(refusal);
    await expect(read(client)).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
    expect(resource.seen).toHaveLength(4);
  });

  it('sends a call with one request message once more when nothing has come back', async () => {
    resource.refusals.push({ nonce: 'nonce-1' }, { reason: 'TOKEN_CUT' });
    expect(await firstOf(client.watch('ada'))).toBe('watch ada');
    expect(resource.seen).toHaveLength(3);
  });

  // breaks when: messages that were sent are sent again
  it('gives the refusal of a call with many request messages to the caller', async () => {
    resource.refusals.push({ nonce: 'nonce-1' });
    const talked = client.talk();
    talked.write('one');
    await expect(firstOf(talked)).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
    expect(resource.seen).toHaveLength(1);
    const again = client.talk();
    again.write('one');
    expect(await firstOf(again)).toBe('talk one');
    expect(resource.seen[1]?.proof.nonce).toBe('nonce-1');
    again.end();
  });

  it.each([
    { code: status.PERMISSION_DENIED, nonce: 'nonce-1' },
    { code: status.UNAVAILABLE, reason: 'TOKEN_CUT' },
    { code: status.UNAUTHENTICATED, reason: 'PROOF_REPLAYED' },
    { code: status.UNAUTHENTICATED },
  ])('gives everything else back as it is: %o', async (refusal) => {
    resource.refusals.push(refusal);
    await expect(read(client)).rejects.toMatchObject({ code: refusal.code });
    expect(resource.seen).toHaveLength(1);
  });
});

describe('the end of the session', () => {
  // breaks when: the call does not listen to the session
  it('ends what runs: a unary call, a stream, and one that waits for its token', async () => {
    resource.hangs = true;
    const watched = client.watch('ada');
    await firstOf(watched);
    const watchEnd = new Promise((resolve) => void watched.once('error', resolve));
    const asked = expect(read(client)).rejects.toMatchObject({ code: status.FAILED_PRECONDITION });
    await expect.poll(() => resource.seen.length).toBe(2);
    stage.broker.cut('session_revoked');
    await settle();
    await asked;
    expect(await watchEnd).toMatchObject({
      code: status.FAILED_PRECONDITION,
      details: expect.stringContaining('CREANCE_SESSION_REVOKED'),
    });
    await expect.poll(() => resource.cancelled).toBe(1);
    await expect(read(client)).rejects.toMatchObject({ code: status.FAILED_PRECONDITION });
    expect(resource.seen).toHaveLength(2);
  });

  // breaks when: the status of the resource is given as it is
  it.each([
    ['a cut', 'session_revoked', 'CREANCE_SESSION_REVOKED'],
    ['a hold', 'session_suspended', 'CREANCE_SESSION_SUSPENDED'],
  ] as const)(
    'is told for a stream that the resource ended, which heard of %s first',
    async (_kind, reason, code) => {
      const watched = client.watch('ada');
      await firstOf(watched);
      const ended = new Promise((resolve) => void watched.once('error', resolve));
      if (reason === 'session_suspended') stage.broker.isHeld = true;
      else stage.broker.over = reason;
      resource.endStreams({ reason: 'TOKEN_CUT' });
      expect(await ended).toMatchObject({
        code: status.FAILED_PRECONDITION,
        details: expect.stringContaining(code),
      });
      expect(session.signal.aborted).toBe(reason === 'session_revoked');
    },
  );

  it('is none of a stream whose token alone has ended', async () => {
    const watched = client.watch('ada');
    await firstOf(watched);
    const ended = new Promise((resolve) => void watched.once('error', resolve));
    resource.endStreams({ reason: 'TOKEN_CUT' });
    expect(await ended).toMatchObject({ code: status.UNAUTHENTICATED });
    expect(session.signal.aborted).toBe(false);
  });

  it('leaves a call alone that is over', async () => {
    expect(await read(client)).toBe('read ada');
    await session.close();
    await settle();
  });
});
