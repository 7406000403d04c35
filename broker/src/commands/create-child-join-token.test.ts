import { isJoinToken, ok, type Reason, refuse, type SessionId } from '@creance/proto';
import { beforeEach, describe, expect, it } from 'vitest';
import { plusSeconds } from '../domain/instant.js';
import { limits } from '../domain/limits.js';
import type { Asked } from '../domain/policy-risk.js';
import type { Level } from '../domain/risk.js';
import type { Session } from '../domain/session.js';
import { callBy } from '../doubles/calls.js';
import { scopesOf, sessionIdOf } from '../doubles/ids.js';
import { registryOf, workloadOf } from '../doubles/registries.js';
import { seededEntropy } from '../doubles/seeded-entropy.js';
import { pathOf } from '../doubles/sessions.js';
import type { DelegateRefusal, NewChildJoinToken } from '../store/store.js';
import { sha256Base64url } from '../tokens/signing-key.js';
import { createChildJoinToken } from './create-child-join-token.js';
import type { TaskAsk } from './task-ask.js';

const registry = registryOf({
  workloads: [
    workloadOf({ delegation: { depth: 1, to: new Set(['mail-writer']) } }),
    workloadOf({ name: 'mail-writer' }),
    workloadOf({ name: 'payroll' }),
  ],
});

let asked: Asked[];
let levels: Map<SessionId, Level>;
let path: readonly Session[];
let written: NewChildJoinToken[];
let refusal: DelegateRefusal | undefined;

beforeEach(() => {
  path = pathOf({});
  levels = new Map();
  [written, refusal] = [[], undefined];
  asked = [];
});

function create(workload = 'mail-writer', task?: TaskAsk) {
  return createChildJoinToken({
    issuer: 'https://creance.example.internal',
    registry: () => registry,
    levelOf: (id) => levels.get(id) ?? 'calm',
    onAsked: (one) => void asked.push(one),
    entropy: seededEntropy(),
    store: {
      path: () => path,
      async createChildJoinToken(write) {
        written.push(write);
        return refusal === undefined ? ok(undefined) : refuse(refusal);
      },
    },
  })({ workload, task }, callBy(path.at(-1)));
}

async function reasonOf(...ask: Parameters<typeof create>): Promise<Reason | 'made'> {
  const made = await create(...ask);
  return made.ok ? 'made' : made.error.reason;
}

describe('createChildJoinToken', () => {
  // breaks when: only a task that is granted is told
  it('tells the watch of every scope of the task, whatever becomes of it', async () => {
    const audience = 'https://crm.example.internal';
    const scopes = scopesOf('all:admin', 'contacts:read');
    const task = { grants: [{ audience, scopes }], lifetimeSeconds: 0 };
    expect(await create('mail-writer', task)).toMatchObject({
      error: { reason: 'task_not_allowed' },
    });
    expect(asked).toEqual([{ session: path[0]?.id, audience, scopes, what: 'task' }]);
  });

  it('makes a token for one workload, for a minute, with all that bounds the child', async () => {
    const { now } = callBy();
    const task = {
      grants: [{ audience: 'https://crm.example.internal', scopes: scopesOf('contacts:read') }],
      lifetimeSeconds: 600,
    };
    const made = await create('mail-writer', task);
    if (!made.ok) throw new Error(made.error.reason);
    const expiresAt = plusSeconds(now, limits.childJoinTokenSeconds);
    expect(made.value.expiresAt).toBe(expiresAt);
    expect(isJoinToken(made.value.childJoinToken)).toBe(true);
    expect(written).toMatchObject([
      {
        session: sessionIdOf(1),
        hash: sha256Base64url(made.value.childJoinToken),
        member: { kind: 'workload', name: 'mail-writer' },
        absoluteEndAt: plusSeconds(now, 600),
        task: { grants: [{ resource: 'crm', scopes: ['contacts:read'] }] },
        depthMax: 2,
        expiresAt,
        audit: {
          kind: 'child_join_token_created',
          actor: sessionIdOf(1),
          session: sessionIdOf(1),
          requestId: 'request-1',
          facts: { name: 'mail-writer', task: ['crm contacts:read'] },
        },
      },
    ]);
  });

  // Law 8. breaks when: the token itself is stored or recorded
  it('stores the hash of the token, and records neither', async () => {
    const made = await create();
    const token = made.ok ? made.value.childJoinToken : '';
    expect(JSON.stringify(written)).not.toContain(token);
    expect(JSON.stringify(written[0]?.audit)).not.toContain(sha256Base64url(token));
  });

  it('gives no token that would outlast the child', async () => {
    const made = await create('mail-writer', { grants: [], lifetimeSeconds: 20 });
    expect(made.ok && made.value.expiresAt).toBe(plusSeconds(callBy().now, 20));
  });

  // breaks when: the workload is only looked up, and not asked of the parent's delegation
  it("refuses another's workload, one that does not exist and itself when it is not named", async () => {
    for (const workload of ['payroll', 'nobody', 'support-triage'])
      expect(await reasonOf(workload)).toBe('delegation_not_granted');
    expect(written).toEqual([]);
  });

  it('refuses below a session that lies too deep, and a task beyond it', async () => {
    path = pathOf({}, { name: 'mail-writer' });
    expect(await reasonOf('support-triage')).toBe('delegation_not_granted');
    path = pathOf({});
    const audience = 'https://crm.example.internal';
    const task = {
      grants: [{ audience, scopes: scopesOf('contacts:export') }],
      lifetimeSeconds: 0,
    };
    expect(await reasonOf('mail-writer', task)).toBe('task_not_allowed');
    expect(written).toEqual([]);
  });

  // breaks when: allowChild does not ask the level
  it('makes none for a session at elevated risk, and says no more than that', async () => {
    levels.set(sessionIdOf(1), 'observe');
    expect(await reasonOf()).toBe('made');
    levels.set(sessionIdOf(1), 'narrow');
    expect(await reasonOf()).toBe('session_narrowed');
    expect(written.length).toBe(1);
  });

  it.each(['children_limit', 'tree_limit', 'session_suspended', 'store_full'] as const)(
    'says no token when the step is refused with %s',
    async (reason) => {
      refusal = reason;
      expect(await create()).toEqual({ ok: false, error: { reason } });
    },
  );
});
