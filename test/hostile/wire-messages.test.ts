import { gzipSync } from 'node:zlib';
import {
  AcknowledgeRequest,
  CreateJoinTokenRequest,
  CutRequest,
  ExplainSessionRequest,
  ListSessionsRequest,
  OpenSessionRequest,
  ReadHistoryRequest,
  SessionKind,
  SubscribeRequest,
  SuggestEnvelopeRequest,
} from '@creance/proto/wire';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Entries, type OpenedByTest, TestEdge, type Wire } from '../support/edge.js';
import { grpcFrame } from '../support/http2-attacker.js';
import { mutated } from '../support/mutations.js';
import { asRoot } from '../support/raw-client.js';
import { seededNumbers } from '../support/seeded.js';
import {
  createJoinToken,
  expectAlive,
  issueRequest,
  issueToken,
  nothing,
  openSession,
  renewSession,
  roomy,
  underAttack,
} from '../support/under-attack.js';

const { start, attacker } = underAttack();

describe('malformed messages', () => {
  let edge: TestEdge;
  let wire: Wire;
  const held = new Map<string, OpenedByTest>();

  beforeAll(async () => {
    edge = await TestEdge.start({ limits: roomy });
    wire = edge.wire();
    for (const [kind, name] of [
      ['workload', 'triage'],
      ['verifier', 'crm'],
      ['operator', 'viewer'],
      ['operator', 'security'],
      ['operator', 'registrar'],
    ] as const) {
      held.set(name, await edge.session({ kind, name }));
    }
  });

  afterAll(() => edge.dispose());

  const assertion = 'eyJhbGciOiJFUzI1NiJ9.e30.AAAA';
  const joinToken = 'a'.repeat(32);
  const target = { $case: 'sessionId' as const, value: Buffer.alloc(16, 7) };
  const kind = SessionKind.SESSION_KIND_WORKLOAD;
  const joinAsk = { kind, name: 'triage', uses: 2, lifetimeSeconds: 60, networks: ['10.0.0.0/8'] };
  const opening = (evidence: NonNullable<OpenSessionRequest['evidence']>['kind']) =>
    OpenSessionRequest.encode({ evidence: { kind: evidence }, ...asRoot }).finish();
  const messages: readonly (readonly [string, string, Uint8Array])[] = [
    [openSession, 'triage', opening({ $case: 'joinToken', value: { joinToken, assertion } })],
    [openSession, 'triage', opening({ $case: 'keyAssertion', value: { assertion } })],
    [issueToken, 'triage', issueRequest],
    [renewSession, 'triage', nothing],
    [
      '/creance.v1.VerifierService/Subscribe',
      'crm',
      SubscribeRequest.encode({ afterRevision: 99n, nonce: Buffer.alloc(16, 3) }).finish(),
    ],
    [
      '/creance.v1.VerifierService/Acknowledge',
      'crm',
      AcknowledgeRequest.encode({ revision: 1_764_000_000_000_000n }).finish(),
    ],
    [
      '/creance.v1.OperatorService/Cut',
      'security',
      CutRequest.encode({ target, reason: 'why' }).finish(),
    ],
    [
      '/creance.v1.OperatorService/ListSessions',
      'viewer',
      ListSessionsRequest.encode({
        pageSize: 7,
        pageToken: 'A'.repeat(22),
        treeOf: Buffer.alloc(0),
        workload: '',
        owner: '',
        state: 0,
      }).finish(),
    ],
    ['/creance.v1.OperatorService/ListVerifiers', 'viewer', nothing],
    [
      '/creance.v1.OperatorService/ExplainSession',
      'viewer',
      ExplainSessionRequest.encode({
        sessionId: Buffer.alloc(16, 7),
        pageToken: 'A'.repeat(22),
      }).finish(),
    ],
    [
      '/creance.v1.OperatorService/SuggestEnvelope',
      'viewer',
      SuggestEnvelopeRequest.encode({ workload: 'triage' }).finish(),
    ],
    [
      '/creance.v1.OperatorService/ReadHistory',
      'viewer',
      ReadHistoryRequest.encode({
        workload: 'triage',
        sinceUnixMicros: 1_764_000_000_000_000n,
        pageToken: 'AAAAAAABAAAAAAAA',
      }).finish(),
    ],
    [createJoinToken, 'registrar', CreateJoinTokenRequest.encode(joinAsk).finish()],
    ['/grpc.health.v1.Health/Check', 'triage', Buffer.from([0x0a, 1, 65])],
    [
      '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
      'triage',
      Buffer.from([0x22, 3, 65, 66, 67]),
    ],
  ];
  const perMessage = 250;

  it.each(messages.map(([path, name, good], seed) => [path, name, good, seed] as const))(
    `of %s are answered by name, ${perMessage} times, and never with a fault`,
    async (path, name, good, seed) => {
      const next = seededNumbers(seed + 1);
      const { id, key } = held.get(name) as OpenedByTest;
      const sent = Array.from({ length: perMessage }, () => mutated(good, next)).filter(
        // A target that a flipped bit turned into "everything until now" ends the test's own sessions.
        (bytes) => !(path.endsWith('/Cut') && cutsMore(bytes)),
      );
      const reasons = await Promise.all(
        sent.map(async (bytes) => {
          const entries: Entries = [
            ['dpop', edge.proof(path, bytes, key)],
            ['creance-session', id],
          ];
          return (await wire.send(path, bytes, entries, 20_000)).reason;
        }),
      );
      const faults = ['internal', 'grpc:13', 'grpc:2', 'grpc:14', 'deadline_exceeded'];
      expect(reasons.filter((reason) => faults.includes(reason))).toEqual([]);
      expect(reasons.length).toBeGreaterThan(100);
    },
  );

  // breaks when: the converters decode outside of decodeMessage's try
  it('leave no fault in the log, and a broker that serves', async () => {
    await expectAlive(edge);
    const refused = edge.outcomes.filter(({ outcome }) => outcome === 'request_malformed');
    expect(refused.length).toBeGreaterThan(500);
  });

  it('10,000 groups deep are refused like any other', async () => {
    const { id, key } = held.get('triage') as OpenedByTest;
    const deep = Buffer.concat([Buffer.alloc(10_000, 0x7b), Buffer.alloc(10_000, 0x7c)]);
    const entries: Entries = [
      ['dpop', edge.proof(issueToken, deep, key)],
      ['creance-session', id],
    ];
    expect((await wire.send(issueToken, deep, entries)).reason).toBe('request_malformed');
  });
});

/** Whether a mutation of a CutRequest is one that ends more than a session that never was. */
function cutsMore(bytes: Buffer): boolean {
  try {
    return CutRequest.decode(bytes).target?.$case !== 'sessionId';
  } catch {
    return false;
  }
}

describe('messages that are too large', () => {
  it('are refused by their declared length, and what follows costs no memory', async () => {
    const edge = await start();
    const { stream, ended } = attacker(edge).open(issueToken);
    const declared = Buffer.alloc(5);
    declared.writeUInt32BE(100 * 1_048_576, 1);
    stream.write(declared);
    const piece = Buffer.alloc(65_536);
    const before = process.memoryUsage().rss;
    let most = 0;
    for (let sent = 0; sent < 1_600 && !stream.destroyed; sent += 1) {
      await new Promise((written) => stream.write(piece, written));
      most = Math.max(most, process.memoryUsage().rss - before);
    }
    stream.end();
    expect((await ended).grpc).toBe('8');
    // What the attacker itself holds is in it: both live in this process.
    expect(most).toBeLessThan(80 * 1_048_576);
    await expectAlive(edge);
  });

  const bomb = gzipSync(Buffer.alloc(64_000_000), { level: 9 });

  it.each([
    ['64 MB of zeros', issueToken, bomb, '8'],
    ['64 MB of zeros to RegistryService', createJoinToken, bomb, '8'],
    // grpc-js answers this by itself, before any code of ours, with a fixed text.
    ['half a gzip', issueToken, gzipSync(Buffer.alloc(100_000, 'x')).subarray(0, 60), '13'],
  ])('or grow when they are inflated are refused: %s', async (_name, path, bytes, status) => {
    expect(bytes.length).toBeLessThan(65_536);
    const edge = await start();
    const { stream, ended } = attacker(edge).open(path, { 'grpc-encoding': 'gzip' });
    const before = process.memoryUsage().rss;
    stream.end(grpcFrame(bytes, true));
    expect((await ended).grpc).toBe(status);
    expect(process.memoryUsage().rss - before).toBeLessThan(40 * 1_048_576);
    await expectAlive(edge);
  });

  it('or come twice, or not at all, are refused', async () => {
    const edge = await start();
    const client = attacker(edge);
    const twice = client.open(renewSession);
    twice.stream.end(Buffer.concat([grpcFrame(nothing), grpcFrame(nothing)]));
    expect((await twice.ended).grpc).toBe('12');
    const none = client.open(renewSession);
    none.stream.end();
    expect((await none.ended).grpc).toBe('12');
    await expectAlive(edge);
  });
});
