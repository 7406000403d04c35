import { ok, type Reason, refuse, type SessionId } from '@creance/proto';
import { beforeEach, describe, expect, it } from 'vitest';
import { plusSeconds } from '../domain/instant.js';
import type { Asked } from '../domain/policy-risk.js';
import type { Registry } from '../domain/registry.js';
import type { Level } from '../domain/risk.js';
import type { Session } from '../domain/session.js';
import { callBy, callByNewKey, callWithNewKey } from '../doubles/calls.js';
import { scopesOf, sessionIdOf, thumbprintOfName } from '../doubles/ids.js';
import { grantOf, registryOf, workloadOf } from '../doubles/registries.js';
import { seededEntropy } from '../doubles/seeded-entropy.js';
import { pathOf, sessionOf } from '../doubles/sessions.js';
import type { DelegateRefusal, DelegateSession } from '../store/store.js';
import type { Call } from './call.js';
import { delegateSession } from './delegate-session.js';
import type { TaskAsk } from './task-ask.js';

const key = thumbprintOfName('child');
const child = sessionOf('child', { key });
const crm = 'https://crm.example.internal';

let asked: Asked[];
let levels: Map<SessionId, Level>;
let registry: Registry;
let path: readonly Session[];
let written: DelegateSession[];
let refusal: DelegateRefusal | undefined;

beforeEach(() => {
  const delegation = { depth: 2, to: new Set(['support-triage']) };
  registry = registryOf({ workloads: [workloadOf({ delegation })] });
  path = pathOf({});
  levels = new Map();
  [written, refusal] = [[], undefined];
  asked = [];
});

function delegate(task?: TaskAsk, call: Call = callWithNewKey(path.at(-1) as Session, key)) {
  return delegateSession({
    issuer: 'https://creance.example.internal',
    registry: () => registry,
    levelOf: (id) => levels.get(id) ?? 'calm',
    onAsked: (one) => void asked.push(one),
    entropy: seededEntropy(),
    store: {
      path: (id) => (id === path.at(-1)?.id ? path : []),
      async delegateSession(write) {
        written.push(write);
        return refusal === undefined ? ok(child) : refuse(refusal);
      },
    },
  })({ key, task }, call);
}

async function reasonOf(...ask: Parameters<typeof delegate>): Promise<Reason | 'delegated'> {
  const delegated = await delegate(...ask);
  return delegated.ok ? 'delegated' : delegated.error.reason;
}

describe('delegateSession', () => {
  // breaks when: only a task that is granted is told
  it('tells the watch of every scope of the task, whatever becomes of it', async () => {
    const audience = 'https://crm.example.internal';
    const scopes = scopesOf('all:admin', 'contacts:read');
    const task = { grants: [{ audience, scopes }], lifetimeSeconds: 0 };
    expect(await delegate(task)).toMatchObject({ error: { reason: 'task_not_allowed' } });
    expect(asked).toEqual([{ session: path[0]?.id, audience, scopes, what: 'task' }]);
  });

  it('opens a child of the calling session, bound to the key that proved the call too', async () => {
    const call = callWithNewKey(path[0] as Session, key);
    const task = {
      grants: [{ audience: crm, scopes: scopesOf('contacts:read') }],
      lifetimeSeconds: 90,
    };
    expect(await delegate(task, call)).toEqual({ ok: true, value: child });
    const absoluteEndAt = plusSeconds(call.now, 90);
    expect(written).toEqual([
      {
        session: sessionIdOf(1),
        provenKey: path[0]?.key,
        id: written[0]?.id,
        key,
        now: call.now,
        absoluteEndAt,
        task: { grants: [{ resource: 'crm', scopes: ['contacts:read'] }] },
        depthMax: 3,
        audit: {
          kind: 'session_delegated',
          at: call.now,
          actor: sessionIdOf(1),
          session: written[0]?.id,
          requestId: 'request-1',
          facts: {
            parent: sessionIdOf(1),
            name: 'support-triage',
            absoluteEndAt,
            task: ['crm contacts:read'],
          },
        },
      },
    ]);
    expect(written[0]?.id).not.toBe(sessionIdOf(1));
  });

  // breaks when: the key that the request names is not compared with the one that proved the call
  it('refuses a key that has not proved the call', async () => {
    const parent = path[0] as Session;
    for (const call of [callBy(parent), callWithNewKey(parent, thumbprintOfName('thief'))])
      expect(await reasonOf(undefined, call)).toBe('new_key_mismatch');
    expect(written).toEqual([]);
  });

  it('refuses a parent that may have no children of its own workload', async () => {
    const delegation = { depth: 2, to: new Set(['mail-writer']) };
    registry = registryOf({
      workloads: [workloadOf({ delegation }), workloadOf({ name: 'mail-writer' })],
    });
    expect(await reasonOf()).toBe('delegation_not_granted');
    registry = registryOf();
    expect(await reasonOf()).toBe('delegation_not_granted');
  });

  // breaks when: the registry of the start is asked
  it('asks the registry of the moment, along the whole path', async () => {
    path = pathOf({}, {});
    expect(await reasonOf()).toBe('delegated');
    path = pathOf({}, {}, {});
    expect(await reasonOf()).toBe('delegation_too_deep');
    path = pathOf({ name: 'gone' }, {});
    expect(await reasonOf()).toBe('workload_not_registered');
    registry = registryOf({ workloads: [] });
    path = pathOf({});
    expect(await reasonOf()).toBe('workload_not_registered');
    expect(written).toHaveLength(1);
  });

  // breaks when: allowChild does not ask the level, or asks it of the parent alone
  it.each([
    ['observe', 'delegated'],
    ['narrow', 'session_narrowed'],
    ['suspend', 'session_suspended'],
    ['suspendTree', 'session_suspended'],
  ] as const)('below a session at the level %s: %s', async (level, outcome) => {
    path = pathOf({}, {});
    for (const { id } of path) {
      levels = new Map([[id, level]]);
      expect(await reasonOf()).toBe(outcome);
    }
    expect(written.length).toBe(outcome === 'delegated' ? 2 : 0);
  });

  it('refuses a task beyond the parent, and one that cannot be read', async () => {
    const beyond = { audience: crm, scopes: scopesOf('contacts:export') };
    expect(await reasonOf({ grants: [beyond], lifetimeSeconds: 0 })).toBe('task_not_allowed');
    expect(await reasonOf({ grants: [beyond, beyond], lifetimeSeconds: 0 })).toBe('task_malformed');
    expect(written).toEqual([]);
  });

  // Law 5. breaks when: allowChild does not ask childFits
  it('refuses a child of which a token would be too large to be minted', async () => {
    const scopes = Array.from({ length: 32 }, (_, at) => `${'s'.repeat(60)}${1_000 + at}`);
    const delegation = { depth: 2, to: new Set(['support-triage']) };
    const grants = [grantOf({ scopes: scopesOf(...scopes) })];
    registry = registryOf({ workloads: [workloadOf({ delegation, grants })] });
    expect(await reasonOf()).toBe('token_too_large');
    const few = { audience: crm, scopes: scopesOf(...scopes.slice(0, 2)) };
    expect(await reasonOf({ grants: [few], lifetimeSeconds: 0 })).toBe('delegated');
  });

  it('gives a child no end beyond any ancestor', async () => {
    const end = plusSeconds(callBy().now, 40);
    path = pathOf({ absoluteEndAt: end }, {});
    await delegate({ grants: [], lifetimeSeconds: 3_600 });
    await delegate();
    expect(written.map(({ absoluteEndAt }) => absoluteEndAt)).toEqual([end, end]);
  });

  it.each([
    'session_revoked',
    'session_suspended',
    'ancestor_ended',
    'children_limit',
    'tree_limit',
    'delegation_too_deep',
    'session_key_in_use',
    'store_busy',
  ] as const)('is refused with %s when the step is', async (reason) => {
    refusal = reason;
    expect(await reasonOf()).toBe(reason);
  });

  it('is refused to a session that is forgotten, and a fault for who has none', async () => {
    expect(await reasonOf(undefined, callWithNewKey(sessionOf('other'), key))).toBe(
      'session_unknown',
    );
    await expect(delegate(undefined, callByNewKey())).rejects.toThrow();
  });
});
