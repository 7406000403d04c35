import type { SessionId } from '@creance/proto';
import { CutRequest } from '@creance/proto/wire';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MemberKind } from '../../broker/src/domain/registry.js';
import { edgeMethods } from '../../broker/src/rpc/server.js';
import { type Entries, type OpenedByTest, TestEdge, type Wire } from '../support/edge.js';
import { TestKey } from '../support/test-key.js';

import { type CallerName, callers, type Row, type Sacrifices } from './row.js';
import { rowsFor } from './rows.js';

const open = (path: string) => !path.startsWith('/creance.');
const isOpen = (path: string) => path.endsWith('/OpenSession');

/** Why a caller is refused where it is not admitted. */
const refusalOf = (caller: CallerName, path: string): string => {
  if (caller === 'dev-owner') return 'session_wrong_kind';
  if (caller === 'nobody') return isOpen(path) ? 'proof_missing' : 'session_missing';
  if (caller === 'new-key') return 'session_missing';
  if (caller === 'thief of a workload session') return 'proof_wrong_key';
  if (caller.startsWith('revoked')) return 'session_revoked';
  if (caller.startsWith('ended')) return 'session_ended';
  const forOperators = /Operator|Registry/.test(path);
  return caller.startsWith('operator') && forOperators
    ? 'operator_role_missing'
    : 'session_wrong_kind';
};

const sacrifice = { kind: 'workload', name: 'triage' } as const;
const newKey = new TestKey();
let sacrifices: Sacrifices = {
  toCut: Buffer.alloc(16),
  toHold: Buffer.alloc(16),
  newKey: newKey.thumbprint,
};
const rows = () => rowsFor(sacrifices);

let edge: TestEdge;
let wire: Wire;
let ownerWire: Wire;
const held = new Map<CallerName, OpenedByTest>();

const memberOf = (caller: string) => {
  const [kind, name] = caller.split('/') as [MemberKind, string | undefined];
  const names = { workload: 'triage', verifier: 'crm', operator: name ?? '' };
  return { kind, name: names[kind] };
};

const cutSession = async ({ id }: OpenedByTest) => {
  const value = Buffer.from(id, 'base64url');
  const request = CutRequest.encode({ target: { $case: 'sessionId', value }, reason: 'a test' });
  expect(
    (await ownerWire.send('/creance.v1.OperatorService/Cut', request.finish(), [])).reason,
  ).toBe('ok');
};

/** A session that the caller holds; where the call ends it, one of its own. */
const sessionOf = async (caller: CallerName, path: string): Promise<OpenedByTest | undefined> => {
  if (caller === 'new-key') return { id: '' as SessionId, key: new TestKey() };
  const standing = held.get(caller);
  if (standing !== undefined && !path.endsWith('/EndSession')) return standing;
  if (caller === 'nobody' || caller === 'dev-owner') return undefined;
  const last = caller.split(' ').at(-1) as string;
  if (caller.startsWith('thief')) {
    const { id } = await edge.session(sacrifice);
    return { id, key: new TestKey() };
  }
  const session = await edge.session(memberOf(last));
  if (caller.startsWith('revoked')) await cutSession(session);
  if (caller.startsWith('ended')) await edge.client().end(session.id, session.key);
  if (!path.endsWith('/EndSession')) held.set(caller, session);
  return session;
};

/** Makes the call as the caller would, and gives how it ended. */
const call = async (
  caller: CallerName,
  path: string,
  claims: object = {},
  second: () => Entries = () => secondProof(path),
) => {
  const { request } = rows()[path] as Row;
  if (caller === 'dev-owner') return (await ownerWire.send(path, request, [])).reason;
  const session = await sessionOf(caller, path);
  const entries: Entries =
    session === undefined
      ? []
      : [
          ['dpop', edge.proof(path, request, session.key, claims)],
          ...(session.id === '' ? [] : ([['creance-session', session.id]] as const)),
          ...second(),
        ];
  return (await wire.send(path, request, entries)).reason;
};

/** The proof by the key that a call brings, where its row wants one. */
const secondProof = (path: string, claims: object = {}, key: TestKey = newKey): Entries => {
  const { request, newKey: isWanted } = rows()[path] as Row;
  if (isWanted !== true) return [];
  return [['creance-new-key-proof', edge.proof(path, request, key, claims)]];
};

beforeAll(async () => {
  edge = await TestEdge.start({ devSocket: true, limits: { failuresBurst: 100_000 } });
  [wire, ownerWire] = [edge.wire(), edge.wire('socket')];
  const sacrificed = async () => Buffer.from((await edge.session(sacrifice)).id, 'base64url');
  sacrifices = { ...sacrifices, toCut: await sacrificed(), toHold: await sacrificed() };
});

afterAll(() => edge.dispose());

describe('access', () => {
  it('has a row here for each method that the edge serves, and for no other', () => {
    expect(Object.keys(rows()).sort()).toEqual(edgeMethods.map(({ path }) => path).sort());
  });

  // breaks when: any rule of broker/src/rpc/access.ts names another kind, role or digest
  describe.each(Object.keys(rows()))('%s', (path) => {
    it.each(callers)('by %s', async (caller) => {
      const { admits, answer = 'ok' } = rows()[path] as Row;
      const reason = await call(caller, path);
      expect(reason).toBe(admits.includes(caller) ? answer : refusalOf(caller, path));
    });

    if (open(path)) return;
    it('by whom it admits, with a proof that covers nothing', async () => {
      const { admits, digest, answer = 'ok' } = rows()[path] as Row;
      const caller = admits.find((each) => each !== 'dev-owner') as CallerName;
      const reason = await call(caller, path, { content_digest: undefined });
      expect(reason).toBe(digest ? 'proof_digest_mismatch' : answer);
    });
  });

  // breaks when: a rule of broker/src/rpc/access.ts no longer says newKey
  describe.each(Object.entries(rows()).filter(([, { newKey: isWanted }]) => isWanted))(
    'the second proof of %s',
    (path) => {
      const other = new TestKey();
      const without = (claim: string) => secondProof(path, { [claim]: undefined });
      it.each<[string, () => Entries, string]>([
        ['missing', () => [], 'new_key_proof_missing'],
        ['two', () => [...secondProof(path), ...secondProof(path)], 'new_key_proof_missing'],
        ['by a key that is not named', () => secondProof(path, {}, other), 'new_key_mismatch'],
        ['without a digest', () => without('content_digest'), 'proof_digest_mismatch'],
        ['without a nonce', () => without('nonce'), 'nonce_required'],
        ['for another method', () => secondProof(path, { htu: edge.origin }), 'proof_wrong_target'],
        ['that is none', () => [['creance-new-key-proof', 'x']], 'proof_malformed'],
      ])('is refused: %s', async (_name, second, reason) => {
        expect(await call('workload', path, {}, second)).toBe(reason);
      });

      it("is refused: by the session's own key", async () => {
        const { key } = held.get('workload') as OpenedByTest;
        const second = () => secondProof(path, {}, key);
        expect(await call('workload', path, {}, second)).toBe('new_key_mismatch');
      });

      it('does not stand in for the first', async () => {
        const reason = await call('workload', path, { content_digest: undefined });
        expect(reason).toBe('proof_digest_mismatch');
      });
    },
  );

  it('never lets a name of the table through by its form', async () => {
    const agent = await edge.session(sacrifice);
    const issue = '/creance.v1.SessionService/IssueToken';
    const { request } = rows()[issue] as Row;
    const twice: Entries = [
      ['dpop', edge.proof(issue, request, agent.key)],
      ['creance-session', agent.id],
      ['creance-session', agent.id],
    ];
    expect((await wire.send(issue, request, twice)).reason).toBe('session_missing');
    for (const path of [
      issue.toLowerCase(),
      `${issue}/`,
      `/${issue}`,
      `${issue}?x`,
      '/creance.v1',
    ]) {
      const entries: Entries = [
        ['dpop', edge.proof(path, request, agent.key)],
        ['creance-session', agent.id],
      ];
      expect((await wire.send(path, request, entries)).reason).toBe('grpc:12');
    }
  });
});
