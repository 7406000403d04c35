import type { Scope } from '@creance/proto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { registryOf, resourceOf, workloadOf } from '../doubles/registries.js';
import { openedAt, sessionOf } from '../doubles/sessions.js';
import { plusSeconds, unixSeconds } from './instant.js';
import { bestEffortLifetimeSecondsMax, decide, type TokenAsk, type TokenGrant } from './policy.js';
import { delegationFault } from './policy-delegation.js';
import { reachOf } from './policy-reach.js';
import type { Delegation, Grant, Registry } from './registry.js';
import type { Session } from './session.js';
import { scopesOfTask, type Task } from './task.js';

const now = plusSeconds(openedAt, 10);
const words = ['a:read', 'a:readall', 'b:write'] as Scope[];
const lifetime = fc.constantFrom(15, 16, 30, 59, 60, 61, 300, 900);
const resources = fc.constantFrom('crm', 'crm', 'crm', 'mail');
const grant: fc.Arbitrary<Grant> = fc.record({
  resource: resources,
  scopes: fc.subarray(words, { minLength: 2 }),
  lifetimeSeconds: lifetime,
  approval: fc.constantFrom('none', 'none', 'none', 'required'),
});
const names = ['w0', 'w1', 'w2'];
const delegation = fc.record({
  depth: fc.oneof({ weight: 4, arbitrary: fc.constant(7) }, fc.integer({ min: 0, max: 7 })),
  to: fc
    .oneof({ weight: 4, arbitrary: fc.constant(names) }, fc.subarray(names))
    .map((to) => new Set(to)),
});
const registry: fc.Arbitrary<Registry> = fc
  .record({
    grants: fc.array(fc.array(grant, { minLength: 1, maxLength: 6 }), {
      minLength: 3,
      maxLength: 3,
    }),
    delegations: fc.array(delegation, { minLength: 3, maxLength: 3 }),
    strictness: fc.constantFrom('strict' as const, 'bestEffort' as const),
    left: fc.oneof({ weight: 9, arbitrary: fc.constant('') }, fc.constantFrom(...names)),
  })
  .map(({ grants, delegations, strictness, left }) => {
    const workload = (name: string, at: number) =>
      workloadOf({
        name,
        grants: grants[at] as Grant[],
        delegation: delegations[at] as Delegation,
      });
    return registryOf({
      resources: [resourceOf({ name: 'crm', strictness }), resourceOf({ name: 'mail' })],
      workloads: names.map(workload).filter(({ name }) => name !== left),
    });
  });
const taskGrant = fc.record({ resource: resources, scopes: fc.subarray(words, { minLength: 1 }) });
const task: fc.Arbitrary<Task | undefined> = fc.oneof(
  { weight: 4, arbitrary: fc.constant(undefined) },
  fc
    .uniqueArray(taskGrant, { minLength: 1, selector: (each) => each.resource })
    .map((grants) => ({ grants })),
);
const session: fc.Arbitrary<Session> = fc
  .record({
    name: fc.constantFrom(...names),
    endsInMillis: fc.oneof(fc.integer({ min: 1, max: 5_000 }), fc.constant(1_000_000)),
    id: fc.nat(),
    task,
  })
  .map(({ name, endsInMillis, id, task: declared }) =>
    sessionOf(id, { name, task: declared, absoluteEndAt: plusSeconds(now, endsInMillis / 1_000) }),
  );
const path = fc.array(session, { minLength: 1, maxLength: 8 });
const ask: fc.Arbitrary<TokenAsk> = fc.record({
  audience: resources.map((name) => resourceOf({ name }).audience),
  scopes: fc.subarray(words, { minLength: 1, maxLength: 2 }),
  lifetimeSeconds: fc.oneof(fc.constant(0), fc.constant(15), lifetime, fc.nat({ max: 1_000 })),
});
const asked = fc.tuple(registry, path, ask);

/** Runs a law on what was granted, and wants enough of it. */
function holds(law: (grant: TokenGrant, asked: [Registry, Session[], TokenAsk]) => void): void {
  let granted = 0;
  const judge = (given: [Registry, Session[], TokenAsk]) => {
    const decided = decide(...given, now);
    if (!decided.ok) return;
    granted += 1;
    law(decided.value, given);
  };
  fc.assert(fc.property(asked, judge), { numRuns: 2_000 });
  expect(granted).toBeGreaterThan(100);
}

/** The most seconds that one session may have one scope, by reading the manifest anew; 0 for not at all. */
function secondsFor(
  registry: Registry,
  { name, task: declared }: Session,
  audience: string,
  scope: Scope,
): number {
  const resource = registry.resourceByAudience.get(audience);
  const inTask = scopesOfTask(declared, resource?.name ?? '')?.includes(scope) ?? true;
  if (!inTask) return 0;
  const grants = registry.workloads.get(name)?.grants ?? [];
  const open = grants
    .filter((each) => each.resource === resource?.name && each.approval === 'none')
    .filter((each) => each.scopes.includes(scope));
  return Math.max(0, ...open.map((each) => each.lifetimeSeconds));
}

describe('decide, over any registry and path', () => {
  // Law 1. breaks when: the loop of decide visits `path.slice(-1)`, or allowedBy drops a filter
  it('never grants a scope that any session of the path lacks, nor for longer than it has it', () => {
    holds(({ scopes, expiresAt }, [manifest, sessions, { audience, ...wanted }]) => {
      expect(scopes).toEqual(wanted.scopes);
      for (const each of sessions) {
        for (const scope of scopes) {
          const most = secondsFor(manifest, each, audience, scope);
          expect(expiresAt - unixSeconds(now)).toBeLessThanOrEqual(most);
        }
      }
    });
  });

  // breaks when: pathEnd looks at one session only, or lifetimeMax starts without the resource's bound
  it('never lets a token outlive a session of the path or the bound of its resource', () => {
    holds(({ resource, expiresAt }, [, sessions, { audience }]) => {
      for (const each of sessions) {
        expect(expiresAt * 1_000_000).toBeLessThanOrEqual(each.absoluteEndAt);
      }
      const seconds = expiresAt - unixSeconds(now);
      expect(seconds).toBeGreaterThan(0);
      expect(resource.audience).toBe(audience);
      if (resource.strictness === 'strict') return;
      expect(seconds).toBeLessThanOrEqual(bestEffortLifetimeSecondsMax);
    });
  });

  // breaks when: lifetimeOf gives Math.min(asked, most) to whoever asks too much
  it('gives exactly the lifetime that is asked, but for the end of the sessions', () => {
    holds(({ expiresAt }, [, sessions, { lifetimeSeconds }]) => {
      if (lifetimeSeconds === 0) return;
      const ends = sessions.map((each) => unixSeconds(each.absoluteEndAt));
      expect(expiresAt).toBe(Math.min(unixSeconds(now) + lifetimeSeconds, ...ends));
    });
  });

  // breaks when: a shorter path can be refused what a longer one is granted
  it('grants a child nothing that it refuses its parent, and nothing longer', () => {
    holds(({ expiresAt }, [manifest, sessions, wanted]) => {
      for (let left = 0; sessions.length > 1 && left < sessions.length; left += 1) {
        const others = sessions.toSpliced(left, 1);
        // Who stands next to each other now may not be parent and child.
        if (delegationFault(manifest, others) !== undefined) continue;
        const shorter = decide(manifest, others, wanted, now);
        expect(shorter.ok && shorter.value.expiresAt).toBeGreaterThanOrEqual(expiresAt);
      }
    });
  });

  it('refuses only with cause', () => {
    fc.assert(
      fc.property(asked, ([manifest, sessions, wanted]) => {
        if (decide(manifest, sessions, wanted, now).ok) return;
        const { audience, scopes, lifetimeSeconds } = wanted;
        const strict = manifest.resourceByAudience.get(audience)?.strictness === 'strict';
        const most = Math.min(
          strict ? 900 : bestEffortLifetimeSecondsMax,
          ...sessions.flatMap((each) =>
            scopes.map((scope) => secondsFor(manifest, each, audience, scope)),
          ),
        );
        const lacks = most === 0 || lifetimeSeconds > most;
        const tooShort = lifetimeSeconds > 0 && lifetimeSeconds < 15;
        const isOver = sessions.some((each) => unixSeconds(each.absoluteEndAt) <= unixSeconds(now));
        const notDelegated = delegationFault(manifest, sessions) !== undefined;
        expect(lacks || tooShort || isOver || notDelegated).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  // breaks when: reachOf leaves out one filter of decide, or decide one of reachOf
  it('grants exactly what lies in reach, one scope at a time', () => {
    let reached = 0;
    fc.assert(
      fc.property(registry, path, (manifest, sessions) => {
        const live = sessions.map((each) => ({ ...each, absoluteEndAt: plusSeconds(now, 1_000) }));
        const reach = reachOf(manifest, live);
        for (const name of ['crm', 'mail']) {
          const { audience } = resourceOf({ name });
          const scopes = reach.find(({ resource }) => resource.name === name)?.scopes ?? [];
          reached += scopes.length;
          for (const word of words) {
            const wanted = { audience, scopes: [word], lifetimeSeconds: 0 };
            expect(decide(manifest, live, wanted, now).ok).toBe(scopes.includes(word));
          }
        }
      }),
      { numRuns: 1_000 },
    );
    expect(reached).toBeGreaterThan(100);
  });
});
