import { ok, parseToken, type Revision, refuse, type Scope, type SessionId } from '@creance/proto';
import { beforeEach, describe, expect, it } from 'vitest';
import { unixSeconds } from '../domain/instant.js';
import type { TokenAsk } from '../domain/policy.js';
import type { Asked } from '../domain/policy-risk.js';
import type { Registry } from '../domain/registry.js';
import type { Level } from '../domain/risk.js';
import type { Session } from '../domain/session.js';
import { callBy } from '../doubles/calls.js';
import { scopesOf, sessionIdOf } from '../doubles/ids.js';
import { grantOf, registryOf, resourceOf, workloadOf } from '../doubles/registries.js';
import { seededEntropy } from '../doubles/seeded-entropy.js';
import { sessionOf } from '../doubles/sessions.js';
import { newSigner } from '../doubles/signed.js';
import type { PathRefusal, SessionWrite } from '../store/store.js';
import type { Signer } from '../tokens/signing-key.js';
import { issueToken } from './issue-token.js';

const ask: TokenAsk = {
  audience: 'https://crm.example.internal',
  scopes: scopesOf('contacts:read'),
  lifetimeSeconds: 0,
};
const [exporting] = scopesOf('contacts:export') as [Scope];
const call = callBy();
const key = newSigner();

let toldToWatch: Asked[];
let levels: Map<SessionId, Level>;
let registry: Registry;
let path: readonly Session[];
let written: SessionWrite[];
/** What happened, in order. */
let ringIsInTime: boolean;
let story: string[];
/** The key that signs once the ring was changed. */
let fresh: Signer | undefined;
let step: Promise<void>;
let answer: ReturnType<typeof ok<Revision>> | ReturnType<typeof refuse<PathRefusal>>;

beforeEach(() => {
  ringIsInTime = true;
  fresh = undefined;
  registry = registryOf();
  levels = new Map();
  toldToWatch = [];
  path = [sessionOf(1)];
  written = [];
  story = [];
  step = Promise.resolve();
  answer = ok(4_711 as Revision);
});

function issue(asked: Partial<TokenAsk> = {}) {
  const signer: Signer = {
    ...key,
    sign(bytes) {
      story.push('signed');
      return key.sign(bytes);
    },
  };
  const store = {
    path: () => path,
    async issueToken(write: SessionWrite) {
      written.push(write);
      story.push('asked to store');
      await step;
      story.push('stored');
      return answer;
    },
  };
  return issueToken({
    issuer: 'https://creance.example.internal',
    registry: () => registry,
    levelOf: (id) => levels.get(id) ?? 'calm',
    onAsked: (one) => void toldToWatch.push(one),
    store,
    ring: { signerAt: () => (ringIsInTime ? (fresh ?? signer) : undefined) },
    entropy: seededEntropy(),
  })({ ...ask, ...asked }, call);
}

async function tokenOf(asked?: Partial<TokenAsk>): Promise<string> {
  const issued = await issue(asked);
  if (!issued.ok) throw new Error(issued.error.reason);
  return issued.value.token;
}

describe('issueToken', () => {
  // breaks when: the step of the store comes before the look at the ring
  it('refuses while no key is in its time, and writes nothing', async () => {
    ringIsInTime = false;
    expect(await issue()).toMatchObject({ ok: false, error: { reason: 'clock_unsafe' } });
    expect(written).toEqual([]);
  });

  it('gives a token of the session, with what was granted and for how long', async () => {
    const issued = await issue({ lifetimeSeconds: 60 });
    expect(issued).toMatchObject({ ok: true, value: { lifetimeSeconds: 60 } });
    const parsed = parseToken(await tokenOf({ lifetimeSeconds: 60 }));
    expect(parsed.ok && parsed.value.unverifiedClaims).toMatchObject({
      sessionId: sessionIdOf(1),
      scopes: ['contacts:read'],
      expiresAt: unixSeconds(call.now) + 60,
      keyThumbprint: path[0]?.key,
    });
  });

  // Law 4. breaks when: mint stands before the store step
  it('signs nothing before its audit record is durable', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    step = promise;
    const issuing = issue();
    await new Promise((settle) => setImmediate(settle));
    expect(story).toEqual(['asked to store']);
    resolve();
    await issuing;
    expect(story).toEqual(['asked to store', 'stored', 'signed']);
  });

  // breaks when: the revision is read before the step: then a cut in between would not reach the token
  it('carries the head of the log that the step gave', async () => {
    const parsed = parseToken(await tokenOf());
    expect(parsed.ok && parsed.value.unverifiedClaims.revision).toBe(4_711);
  });

  it.each([
    'session_revoked',
    'session_ended',
    'session_expired',
    'ancestor_ended',
    'session_unknown',
    'store_busy',
    'store_full',
    'store_failed',
    'shutting_down',
  ] as const)('signs nothing when the step is refused with %s', async (reason) => {
    answer = refuse(reason);
    expect(await issue()).toEqual({ ok: false, error: { reason } });
    expect(story).not.toContain('signed');
  });

  it('signs nothing when the store breaks', async () => {
    step = Promise.reject(new Error('disk'));
    await expect(issue()).rejects.toThrow('disk');
    expect(story).not.toContain('signed');
  });

  it('writes nothing when policy refuses, or the session is gone', async () => {
    expect(await issue({ audience: 'https://other.example' })).toMatchObject({
      error: { reason: 'resource_unknown' },
    });
    expect(await issue({ scopes: scopesOf('contacts:export') })).toMatchObject({
      error: { reason: 'scope_not_granted' },
    });
    path = [];
    expect(await issue()).toMatchObject({ error: { reason: 'session_unknown' } });
    expect(story).toEqual([]);
  });

  // Law 5. breaks when: the ring is asked only before the step
  it('signs nothing with a key that was cut while the step was on its way', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    step = promise;
    const issuing = issue();
    fresh = newSigner();
    resolve();
    expect(await issuing).toMatchObject({ ok: false, error: { reason: 'clock_unsafe' } });
    expect(story).not.toContain('signed');
  });

  // breaks when: the registry of the start is asked
  it('asks the policy of the moment: what was narrowed meanwhile is refused', async () => {
    expect(await issue()).toMatchObject({ ok: true });
    registry = registryOf({ workloads: [workloadOf({ grants: [] })] });
    expect(await issue()).toMatchObject({ error: { reason: 'resource_not_granted' } });
  });

  // breaks when: the watch is told only of what was granted (the answers: test/hostile/watch-canary.test.ts)
  it('tells the watch of every ask, whatever becomes of it', async () => {
    await issue({ scopes: scopesOf('all:admin') });
    await issue();
    const told = { session: sessionIdOf(1), audience: ask.audience, what: 'token' };
    expect(toldToWatch).toEqual([
      { ...told, scopes: ['all:admin'] },
      { ...told, scopes: ['contacts:read'] },
    ]);
  });

  it('asks policy about the whole path', async () => {
    path = [sessionOf(1, { name: 'not registered' }), sessionOf(2)];
    expect(await issue()).toMatchObject({ error: { reason: 'workload_not_registered' } });
  });

  // breaks when: levelOf is asked of the session alone
  it.each([1, 2])(
    'gives what reads alone, shortly, when session %i of the path is narrowed',
    async (at) => {
      const scopes = new Map(resourceOf().scopes).set(exporting, {
        access: 'export',
        canary: false,
      });
      const delegation = { depth: 1, to: new Set(['support-triage']) };
      const grants = [grantOf({ scopes: scopesOf('contacts:export', 'contacts:read') })];
      const workloads = [workloadOf({ delegation, grants })];
      registry = registryOf({ resources: [resourceOf({ scopes })], workloads });
      path = [sessionOf(1), sessionOf(2)];
      levels.set(sessionIdOf(at), 'narrow');
      expect(await issue({ lifetimeSeconds: 300 })).toMatchObject({
        value: { lifetimeSeconds: 30 },
      });
      expect(written[0]?.audit.facts).toMatchObject({ level: 'narrow' });
      expect(await issue({ scopes: scopesOf('contacts:export') })).toMatchObject({
        error: { reason: 'session_narrowed', missingScope: 'contacts:export' },
      });
      expect(written.length).toBe(1);
    },
  );

  it('gives nothing to a session whose suspension is still on its way to the store', async () => {
    levels.set(sessionIdOf(1), 'suspend');
    expect(await issue()).toMatchObject({ error: { reason: 'session_suspended' } });
    expect(written).toEqual([]);
  });

  it('records who was given what, by which key, and never the token', async () => {
    const token = await tokenOf();
    const parsed = parseToken(token);
    expect(written[0]).toEqual({
      session: sessionIdOf(1),
      provenKey: sessionOf(1).key,
      now: call.now,
      audit: {
        kind: 'token_issued',
        at: call.now,
        actor: sessionIdOf(1),
        session: sessionIdOf(1),
        requestId: 'request-1',
        facts: {
          token: parsed.ok && parsed.value.unverifiedClaims.id,
          resource: 'crm',
          scopes: ['contacts:read'],
          expiresAt: unixSeconds(call.now) + 300,
          key: key.keyId,
        },
      },
    });
    const record = JSON.stringify(written);
    for (const part of token.split('.')) expect(record).not.toContain(part);
  });
});
