import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { CutRequest } from '@creance/proto/wire';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccessRule } from '../../broker/src/domain/access.js';
import type { Role } from '../../broker/src/domain/registry.js';
import { access, services } from '../../broker/src/rpc/access.js';
import { type Entries, type OpenedByTest, TestEdge, type Wire } from '../support/edge.js';
import { TestKey } from '../support/test-key.js';
import { type Row, roles } from './row.js';
import { rowsFor } from './rows.js';

/** Every call of an operator, as the table of the edge has it: a new one is here by itself. */
const calls = (['operator', 'registry'] as const).flatMap((service) =>
  Object.entries<AccessRule>(access[service]).map(([name, rule]) => {
    const table: Record<string, { readonly path: string }> = { ...services[service] };
    return {
      path: table[name]?.path ?? '',
      roles: rolesOf(rule),
      digest: rule.by === 'session' && rule.digest,
    };
  }),
);

function rolesOf(rule: AccessRule): readonly Role[] {
  return rule.by === 'session' && rule.role !== undefined ? [rule.role].flat() : [];
}

let edge: TestEdge;
let wire: Wire;
let ownerWire: Wire;
let requests: Readonly<Record<string, Row>>;
const held = new Map<string, OpenedByTest>();
const ended = new Map<string, OpenedByTest>();
const revoked = new Map<string, OpenedByTest>();

beforeAll(async () => {
  edge = await TestEdge.start({ devSocket: true, limits: { failuresBurst: 100_000 } });
  [wire, ownerWire] = [edge.wire(), edge.wire('socket')];
  const client = edge.client();
  held.set('workload', await edge.session({ kind: 'workload', name: 'triage' }));
  held.set('verifier', await edge.session({ kind: 'verifier', name: 'crm' }));
  for (const name of roles) {
    held.set(name, await edge.session({ kind: 'operator', name }));
    const [over, cut] = [
      await edge.session({ kind: 'operator', name }),
      await edge.session({ kind: 'operator', name }),
    ];
    await client.end(over.id, over.key);
    const value = Buffer.from(cut.id, 'base64url');
    const ask = CutRequest.encode({ target: { $case: 'sessionId', value }, reason: 'a test' });
    await ownerWire.send('/creance.v1.OperatorService/Cut', ask.finish(), []);
    ended.set(name, over);
    revoked.set(name, cut);
  }
  const some = Buffer.from((held.get('workload') as OpenedByTest).id, 'base64url');
  requests = rowsFor({ toCut: some, toHold: some, newKey: new TestKey().thumbprint });
});
afterAll(() => edge.dispose());

/** Everything that the store holds, as one hash. */
function stored(): string {
  const db = new Database(join(edge.folder, 'creance.db'), { readonly: true });
  const hash = createHash('sha256');
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
  for (const name of tables.pluck().all()) {
    for (const row of db.prepare(`SELECT * FROM "${name}"`).raw().iterate()) {
      hash.update(`${name}${(row as unknown[]).map(String).join('|')}\n`);
    }
  }
  db.close();
  return hash.digest('hex');
}

interface Call {
  readonly path: string;
  readonly request: Uint8Array;
  /** Somebody whom the table lets in. */
  readonly good: OpenedByTest;
  readonly role: Role;
}

const proved = (
  { path, request }: Call,
  key: TestKey,
  id: string | undefined,
  more = {},
): Entries => [
  ['dpop', edge.proof(path, request, key, more)],
  ...(id === undefined ? [] : ([['creance-session', id]] as const)),
];

/** Ways to call that must not count, and the refusals that they may meet. */
const ways: Readonly<Record<string, readonly [(call: Call) => Entries, RegExp]>> = {
  'nobody, without a proof': [() => [], /^session_missing$/],
  'a session without a proof': [({ good }) => [['creance-session', good.id]], /^proof_missing$/],
  'a key without a session': [
    (call) => proved(call, new TestKey(), undefined),
    /^session_missing$/,
  ],
  'a workload': [(call) => by(call, 'workload'), /^session_wrong_kind$/],
  'a verifier': [(call) => by(call, 'verifier'), /^session_wrong_kind$/],
  'a session that has ended': [(call) => over(call, ended), /^session_ended$/],
  'a session that was revoked': [(call) => over(call, revoked), /^session_revoked$/],
  'a thief of the session': [
    (call) => proved(call, new TestKey(), call.good.id),
    /^proof_wrong_key$/,
  ],
  'an operator of another issuer': [
    (call) => proved(call, new TestKey(), randomBytes(16).toString('base64url')),
    /^session_(unknown|ended)$/,
  ],
  'a proof for another broker': [
    (call) =>
      proved(call, call.good.key, call.good.id, { htu: `https://other.example${call.path}` }),
    /^proof_wrong_target$/,
  ],
  'a proof for another call': [
    (call) =>
      proved(call, call.good.key, call.good.id, {
        htu: `${edge.origin}/creance.v1.SessionService/RenewSession`,
      }),
    /^proof_wrong_target$/,
  ],
  'a proof of yesterday': [
    (call) =>
      proved(call, call.good.key, call.good.id, { iat: Math.floor(Date.now() / 1_000) - 86_400 }),
    /^proof_(expired|stale|too_old)|^clock/,
  ],
  'a proof with a nonce of another process': [
    (call) => proved(call, call.good.key, call.good.id, { nonce: 'A'.repeat(32) }),
    /^nonce_required$/,
  ],
};

function by(call: Call, name: string): Entries {
  const { id, key } = held.get(name) as OpenedByTest;
  return proved(call, key, id);
}

function over(call: Call, which: ReadonlyMap<string, OpenedByTest>): Entries {
  const { id, key } = which.get(call.role) as OpenedByTest;
  return proved(call, key, id);
}

describe.each(calls)('$path', ({ path, roles: admitted, digest }) => {
  const callOf = (): Call => {
    const role = admitted[0] as Role;
    const { request } = requests[path] as Row;
    return { path, request, role, good: held.get(role) as OpenedByTest };
  };

  it('has a row, and a role', () => {
    expect(requests).toHaveProperty([path]);
    expect(admitted.length).toBeGreaterThan(0);
  });

  // breaks when: admission.ts or authenticate.ts leaves a check out, or a verb writes before it is let in
  it.each(Object.entries(ways))(
    'by %s is refused by name, and nothing has happened',
    async (_name, [entries, reason]) => {
      const call = callOf();
      const before = stored();
      expect((await wire.send(path, call.request, entries(call))).reason).toMatch(reason);
      expect(stored()).toBe(before);
    },
  );

  it('by each role that it does not name is refused, and nothing has happened', async () => {
    const before = stored();
    for (const role of roles.filter((each) => !admitted.includes(each))) {
      const end = await wire.send(path, callOf().request, by(callOf(), role));
      expect([role, end.reason]).toEqual([role, 'operator_role_missing']);
    }
    expect(stored()).toBe(before);
  });

  it('with a proof that was made for other bytes is refused where it changes something', async () => {
    if (!digest) return;
    const before = stored();
    const call = callOf();
    const entries = proved({ ...call, request: Buffer.from('other') }, call.good.key, call.good.id);
    expect((await wire.send(path, call.request, entries)).reason).toBe('proof_digest_mismatch');
    expect(stored()).toBe(before);
  });
});

describe('what the store holds', () => {
  it('is otherwise after a call that is let in: the law above would see a write', async () => {
    const path = '/creance.v1.RegistryService/CreateJoinToken';
    const before = stored();
    const { request } = requests[path] as Row;
    const { id, key } = held.get('registrar') as OpenedByTest;
    const call = { path, request, role: 'registrar' as const, good: { id, key } };
    expect((await wire.send(path, request, proved(call, key, id))).reason).toBe('ok');
    expect(stored()).not.toBe(before);
  });
});
