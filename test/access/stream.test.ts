import { CutRequest, ResumeRequest, type StreamRequest, SuspendRequest } from '@creance/proto/wire';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StreamMessageKind, streamAccess } from '../../broker/src/rpc/access.js';
import { edgeAudience, type OpenedByTest, TestEdge, type Wire } from '../support/edge.js';
import { TestKey } from '../support/test-key.js';
import { OpenStream, streamPath } from './open-stream.js';

type Message = NonNullable<StreamRequest['kind']>;

/** One kind of message, as this test expects it: written apart from the table of the edge, on purpose. */
const rows: {
  readonly [Kind in StreamMessageKind]: { readonly message: Message; readonly answer: string };
} = {
  issueToken: {
    message: {
      $case: 'issueToken',
      value: { audience: edgeAudience, scopes: ['contacts:read'], lifetimeSeconds: 0 },
    },
    answer: 'issueToken',
  },
  renewSession: { message: { $case: 'renewSession', value: {} }, answer: 'renewSession' },
  reportActions: {
    message: { $case: 'reportActions', value: { observations: [], proofs: [], dropped: 0 } },
    answer: 'reportActions',
  },
  // Nobody has asked for an answer yet.
  challengeAnswer: {
    message: { $case: 'challengeAnswer', value: { proof: 'x' } },
    answer: 'ended: request_malformed',
  },
};
const kinds = Object.keys(rows) as StreamMessageKind[];
const asks = kinds.filter((kind) => kind !== 'challengeAnswer');

let edge: TestEdge;
let owner: Wire;
const streams: OpenStream[] = [];

const opened = async (session: OpenedByTest) => {
  const stream = new OpenStream(edge, session.id, session.key);
  streams.push(stream);
  await stream.next();
  return stream;
};
const workload = () => edge.session({ kind: 'workload', name: 'triage' });
const bytesOf = ({ id }: OpenedByTest) => Buffer.from(id, 'base64url');
const operate = async (method: string, request: Uint8Array) => {
  const { reason } = await owner.send(`/creance.v1.OperatorService/${method}`, request, []);
  expect(reason).toBe('ok');
};
const cut = (target: CutRequest['target']) =>
  operate('Cut', CutRequest.encode({ target, reason: 'a test' }).finish());

beforeAll(async () => {
  edge = await TestEdge.start({
    devSocket: true,
    limits: { challengeSeconds: 0.2, challengeAnswerSeconds: 5 },
  });
  owner = edge.wire('socket');
});

afterAll(async () => {
  for (const stream of streams) stream.cancel();
  await edge.dispose();
});

describe('messages of a stream', () => {
  it('have a row here for each kind that the schema has, and for no other', () => {
    expect(Object.keys(streamAccess).sort()).toEqual([...kinds].sort());
  });

  it.each(kinds)('%s by a workload', async (kind) => {
    const stream = await opened(await workload());
    const { message, answer } = rows[kind];
    stream.send(kind === 'challengeAnswer' ? 0 : 1, message);
    expect(await stream.next()).toBe(answer);
  });

  // breaks when: a message is believed for the session that opened the stream
  it.each(asks)('%s by a workload that is held, and after it was let go', async (kind) => {
    const session = await workload();
    const stream = await opened(session);
    const hold = { sessionId: bytesOf(session), reason: 'a test' };
    await operate('Suspend', SuspendRequest.encode(hold).finish());
    expect(await stream.next()).toBe('suspended');
    stream.send(1, rows[kind].message);
    expect(await stream.next()).toBe('refusal: session_suspended');
    await operate('Resume', ResumeRequest.encode(hold).finish());
    expect(await stream.next()).toBe('resumed');
    stream.send(2, rows[kind].message);
    expect(await stream.next()).toBe(rows[kind].answer);
  });
});

describe('a cut ends the stream', () => {
  it.each<[string, (session: OpenedByTest) => CutRequest['target']]>([
    ['of the session', (session) => ({ $case: 'sessionId', value: bytesOf(session) })],
    ['of the workload', () => ({ $case: 'workload', value: 'triage' })],
    ['of the owner', () => ({ $case: 'owner', value: 'team' })],
    ['of everything before now', () => ({ $case: 'beforeRevision', value: 0n })],
  ])('%s', async (_name, targetOf) => {
    const session = await workload();
    const stream = await opened(session);
    await cut(targetOf(session));
    expect(await stream.next()).toBe('ended: session_revoked');
  });

  it('by the session itself, over another call', async () => {
    const session = await workload();
    const stream = await opened(session);
    await edge.client().end(session.id, session.key);
    expect(await stream.next()).toBe('ended: session_ended');
  });
});

describe('a challenge', () => {
  const answered = async (answerOf: (nonce: string, session: OpenedByTest) => string) => {
    const session = await workload();
    const stream = await opened(session);
    const proof = answerOf(await stream.challenge(), session);
    stream.send(0, { $case: 'challengeAnswer', value: { proof } });
    stream.send(1, rows.renewSession.message);
    return stream.next();
  };
  const proofBy = (key: TestKey, claims: object) =>
    edge.proof(streamPath, new Uint8Array(), key, { content_digest: undefined, ...claims });

  it("is answered by a proof of the session's key with its nonce", async () => {
    expect(await answered((nonce, { key }) => proofBy(key, { nonce }))).toBe('renewSession');
  });

  it.each<[string, (nonce: string, session: OpenedByTest) => string, string]>([
    ['another key', (nonce) => proofBy(new TestKey(), { nonce }), 'proof_wrong_key'],
    // breaks when: any fresh nonce of the broker will do
    ['a nonce of a call', (_nonce, { key }) => proofBy(key, {}), 'nonce_required'],
    ['no nonce', (_nonce, { key }) => proofBy(key, { nonce: undefined }), 'nonce_required'],
    [
      'a proof of another call',
      (nonce, { key }) => proofBy(key, { nonce, htu: `${edge.origin}/x` }),
      'proof_wrong_target',
    ],
    ['no proof', () => 'x', 'proof_malformed'],
  ])('is not answered by %s', async (_name, answerOf, reason) => {
    expect(await answered(answerOf)).toBe(`ended: ${reason}`);
  });
});
