import { describe, expect, it } from 'vitest';
import { scopesOf } from '../doubles/ids.js';
import { grantOf, registryOf, resourceOf, workloadOf } from '../doubles/registries.js';
import { openedAt, pathOf, sessionOf } from '../doubles/sessions.js';
import { type Instant, plusSeconds, unixSeconds } from './instant.js';
import { decide, type TokenAsk } from './policy.js';
import type { Registry } from './registry.js';
import type { Session } from './session.js';

const now = plusSeconds(openedAt, 10);
const ask: TokenAsk = {
  audience: 'https://crm.example.internal',
  scopes: scopesOf('contacts:read'),
  lifetimeSeconds: 0,
};

function reasonOf(
  registry: Registry,
  path: readonly Session[],
  parts: Partial<TokenAsk> = {},
  at: Instant = now,
): string {
  const decided = decide(registry, path, { ...ask, ...parts }, at);
  return decided.ok ? 'granted' : decided.error.reason;
}

function secondsOf(registry: Registry, path: readonly Session[], lifetimeSeconds = 0): number {
  const decided = decide(registry, path, { ...ask, lifetimeSeconds }, now);
  return decided.ok ? decided.value.expiresAt - unixSeconds(now) : -1;
}

describe('decide', () => {
  it('gives what is granted, for as long as the grant says', () => {
    const decided = decide(registryOf(), [sessionOf(1)], ask, now);
    expect(decided).toEqual({
      ok: true,
      value: { resource: resourceOf(), scopes: ask.scopes, expiresAt: unixSeconds(now) + 300 },
    });
  });

  it('refuses what is not registered or not granted, each by its own reason', () => {
    const path = [sessionOf(1)];
    expect(reasonOf(registryOf(), path, { audience: 'https://other.example' })).toBe(
      'resource_unknown',
    );
    expect(reasonOf(registryOf({ workloads: [] }), path)).toBe('workload_not_registered');
    const without = registryOf({ workloads: [workloadOf({ grants: [] })] });
    expect(reasonOf(without, path)).toBe('resource_not_granted');
    expect(reasonOf(registryOf(), path, { scopes: scopesOf('contacts:export') })).toBe(
      'scope_not_granted',
    );
  });

  it('does not take a resource by its name, nor an audience by its beginning', () => {
    for (const audience of ['crm', 'https://crm.example.internal/', 'https://crm.example', '']) {
      expect(reasonOf(registryOf(), [sessionOf(1)], { audience })).toBe('resource_unknown');
    }
  });

  // breaks when: decide narrows to the scopes that are granted instead of refusing
  it('refuses the whole ask when one scope of it is not granted, and names that scope', () => {
    const scopes = scopesOf('contacts:export', 'contacts:read');
    const decided = decide(registryOf(), [sessionOf(1)], { ...ask, scopes }, now);
    expect(decided).toMatchObject({
      ok: false,
      error: { reason: 'scope_not_granted', missingScope: 'contacts:export' },
    });
  });

  it('counts no grant for another resource', () => {
    const grants = [grantOf(), grantOf({ resource: 'mail', scopes: scopesOf('mail:send') })];
    const registry = registryOf({ workloads: [workloadOf({ grants })] });
    expect(reasonOf(registry, [sessionOf(1)], { scopes: scopesOf('mail:send') })).toBe(
      'scope_not_granted',
    );
  });

  it('refuses a verifier or operator of the same name as a workload', () => {
    for (const kind of ['verifier', 'operator'] as const) {
      expect(reasonOf(registryOf(), [sessionOf(1, { kind })])).toBe('workload_not_registered');
    }
  });

  // breaks when: decide looks at the last session of the path only
  it('refuses for a workload in the middle of the path that is registered no more', () => {
    const path = pathOf({}, { name: 'gone' }, {});
    expect(reasonOf(registryOf(), path)).toBe('workload_not_registered');
  });

  it('refuses a path without sessions', () => {
    expect(reasonOf(registryOf(), [])).toBe('session_unknown');
  });
});

describe('a delegated session', () => {
  const to = new Set(['helper']);
  const workloads = [
    workloadOf({ delegation: { depth: 1, to } }),
    workloadOf({ name: 'helper' }),
    workloadOf({ name: 'other' }),
  ];

  // breaks when: decide does not ask delegationFault: then who was taken off the list goes on
  it('gets nothing once its parent may have no such child any more', () => {
    const path = pathOf({}, { name: 'helper' });
    expect(reasonOf(registryOf({ workloads }), path)).toBe('granted');
    expect(reasonOf(registryOf({ workloads }), pathOf({}, { name: 'other' }))).toBe(
      'delegation_not_granted',
    );
    const narrowed = [workloadOf(), ...workloads.slice(1)];
    expect(reasonOf(registryOf({ workloads: narrowed }), path)).toBe('delegation_not_granted');
  });

  it('gets nothing once it lies too deep', () => {
    const nested = [
      workloadOf({ delegation: { depth: 1, to } }),
      workloadOf({ name: 'helper', delegation: { depth: 7, to } }),
    ];
    const path = pathOf({}, { name: 'helper' }, { name: 'helper' });
    expect(reasonOf(registryOf({ workloads: nested }), path)).toBe('delegation_too_deep');
  });
});

describe('the task of a session', () => {
  const task = (...scopes: string[]) => ({
    grants: [{ resource: 'crm', scopes: scopesOf(...scopes) }],
  });
  const grants = [grantOf({ scopes: scopesOf('contacts:export', 'contacts:read') })];
  const delegation = { depth: 7, to: new Set(['support-triage']) };
  const registry = registryOf({ workloads: [workloadOf({ grants, delegation })] });
  const exporting = { scopes: scopesOf('contacts:export', 'contacts:read') };

  it('names the scope that lies outside it', () => {
    const path = [sessionOf(1, { task: task('contacts:read') })];
    expect(reasonOf(registry, path)).toBe('granted');
    expect(decide(registry, path, { ...ask, ...exporting }, now)).toMatchObject({
      error: { reason: 'scope_not_in_task', missingScope: 'contacts:export' },
    });
  });

  it('gives nothing that the grants do not', () => {
    const path = [sessionOf(1, { task: task('contacts:erase', 'contacts:read') })];
    expect(reasonOf(registry, path, { scopes: scopesOf('contacts:erase') })).toBe(
      'scope_not_granted',
    );
  });

  it('says nothing of a resource: then the session may ask for nothing there', () => {
    const elsewhere = { grants: [{ resource: 'mail', scopes: scopesOf('contacts:read') }] };
    expect(reasonOf(registry, [sessionOf(1, { task: elsewhere })])).toBe('scope_not_in_task');
  });

  // breaks when: decide looks at the task of the last session only
  it('narrows everybody below it, whatever their own tasks say', () => {
    const wide = task('contacts:export', 'contacts:read');
    const path = pathOf({ task: wide }, { task: task('contacts:read') }, { task: wide }, {});
    expect(reasonOf(registry, path)).toBe('granted');
    expect(reasonOf(registry, path, exporting)).toBe('scope_not_in_task');
    expect(reasonOf(registry, path.toSpliced(1, 1), exporting)).toBe('granted');
  });
});

describe('the approval of a grant', () => {
  const exports = grantOf({ scopes: scopesOf('contacts:export'), approval: 'required' });
  const scopes = scopesOf('contacts:export');

  // breaks when: lifetimeOfGrants counts grants that need an approval
  it('is asked when every grant of a scope needs one', () => {
    const registry = registryOf({ workloads: [workloadOf({ grants: [grantOf(), exports] })] });
    expect(reasonOf(registry, [sessionOf(1)], { scopes })).toBe('approval_required');
    const both = scopesOf('contacts:export', 'contacts:read');
    expect(reasonOf(registry, [sessionOf(1)], { scopes: both })).toBe('approval_required');
    expect(reasonOf(registry, [sessionOf(1)])).toBe('granted');
  });

  it('is not asked when another grant gives the scope without, whose lifetime then counts', () => {
    const open = { ...exports, approval: 'none', lifetimeSeconds: 30 } as const;
    const registry = registryOf({ workloads: [workloadOf({ grants: [exports, open] })] });
    const decided = decide(registry, [sessionOf(1)], { ...ask, scopes }, now);
    expect(decided.ok && decided.value.expiresAt - unixSeconds(now)).toBe(30);
  });
});

describe('the lifetime of a token', () => {
  const path = [sessionOf(1)];

  it('is refused below 15 s and above the grant, and never shortened in silence', () => {
    expect(secondsOf(registryOf(), path, 15)).toBe(15);
    expect(secondsOf(registryOf(), path, 300)).toBe(300);
    for (const lifetimeSeconds of [1, 14, 301, 900, 2 ** 32 - 1]) {
      expect(reasonOf(registryOf(), path, { lifetimeSeconds })).toBe('lifetime_not_allowed');
    }
  });

  it('is that of the shortest grant of the whole path', () => {
    const registry = registryOf({
      workloads: [
        workloadOf({ name: 'long', grants: [grantOf({ lifetimeSeconds: 900 })] }),
        workloadOf({
          name: 'short',
          grants: [grantOf({ lifetimeSeconds: 20 })],
          delegation: { depth: 1, to: new Set(['long']) },
        }),
      ],
    });
    const chain = pathOf({ name: 'short' }, { name: 'long' });
    expect(secondsOf(registry, chain)).toBe(20);
  });

  it('is at most 60 s at a resource that may be behind', () => {
    const registry = registryOf({ resources: [resourceOf({ strictness: 'bestEffort' })] });
    expect(secondsOf(registry, path)).toBe(60);
    expect(reasonOf(registry, path, { lifetimeSeconds: 61 })).toBe('lifetime_not_allowed');
  });

  it('ends with the first absolute end of the path', () => {
    const early = sessionOf(1, { absoluteEndAt: plusSeconds(now, 40) });
    const delegation = { depth: 1, to: new Set(['support-triage']) };
    const registry = registryOf({ workloads: [workloadOf({ delegation })] });
    expect(secondsOf(registry, [early, sessionOf(2)])).toBe(40);
  });

  // breaks when: decide no longer refuses a token that would be over at once: then minting throws, and
  // the last second of every session is an internal fault
  it('is refused in the last second of a session, where none is left', () => {
    const at = (millis: number) => (openedAt + millis * 1_000) as Instant;
    const session = sessionOf(1, { absoluteEndAt: at(100_900) });
    expect(reasonOf(registryOf(), [session], {}, at(99_999))).toBe('granted');
    expect(reasonOf(registryOf(), [session], {}, at(100_000))).toBe('session_expired');
    expect(reasonOf(registryOf(), [session], {}, at(100_899))).toBe('session_expired');
  });
});
