import type { Scope } from '@creance/proto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { grantOf, registryOf, resourceOf, workloadOf } from '../doubles/registries.js';
import { openedAt, sessionOf } from '../doubles/sessions.js';
import { type Instant, plusSeconds } from './instant.js';
import { limits } from './limits.js';
import { decide } from './policy.js';
import { delegationFault, mayHaveChild } from './policy-delegation.js';
import { reachOf } from './policy-reach.js';
import { narrowTask } from './policy-task.js';
import type { Registry } from './registry.js';
import type { Session } from './session.js';

const words = ['a:read', 'b:write', 'c:sign'] as Scope[];
const names = ['w0', 'w1', 'w2'];
const resources = [resourceOf({ name: 'crm' }), resourceOf({ name: 'mail' })];

const grants = fc.array(
  fc.record({
    resource: fc.constantFrom('crm', 'mail'),
    scopes: fc.subarray(words, { minLength: 1 }),
    lifetimeSeconds: fc.constantFrom(15, 60, 300),
  }),
  { minLength: 1, maxLength: 4 },
);
const workload = fc.record({
  grants,
  depth: fc.constantFrom(7, 7, 3, 2, 1, 0),
  to: fc.oneof({ weight: 4, arbitrary: fc.constant(names) }, fc.subarray(names)),
});
const registry: fc.Arbitrary<Registry> = fc.tuple(workload, workload, workload).map((written) =>
  registryOf({
    resources,
    workloads: written.map(({ grants: given, depth, to }, at) =>
      workloadOf({
        name: names[at] as string,
        grants: given.map((each) => grantOf(each)),
        delegation: { depth, to: new Set(to) },
      }),
    ),
  }),
);

/** One step down: a child of some workload, for a part of what its parent reaches, or for one word more. */
const step = fc.record({
  workload: fc.constantFrom(...names),
  part: fc.option(fc.integer({ min: 1, max: 3 })),
  greedy: fc.boolean(),
  lifetimeSeconds: fc.constantFrom(0, 0, 30, 3_600),
  waits: fc.integer({ min: 0, max: 20 }),
});
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** Opens a root and goes down as far as policy lets it: what the verbs do, without their store. */
function grow(today: Registry, steps: readonly Step[]): { path: Session[]; now: Instant } {
  let now = plusSeconds(openedAt, 10);
  const path = [sessionOf(0, { name: 'w0' })];
  for (const [at, { workload: name, part, greedy, lifetimeSeconds, waits }] of steps.entries()) {
    now = plusSeconds(now, waits);
    const reach = reachOf(today, path).map(({ resource, scopes }) => ({
      audience: resource.audience,
      scopes: greedy ? words : scopes.slice(0, part ?? 3),
    }));
    const task = { grants: part === null ? [] : reach, lifetimeSeconds };
    const allowed = mayHaveChild(today, path, name);
    const narrowed = narrowTask(today, path, task, now);
    if (!allowed.ok || !narrowed.ok) continue;
    const parent = path.at(-1)?.id;
    path.push(sessionOf(at + 1, { name, parent, ...narrowed.value }));
  }
  return { path, now };
}

function reached(today: Registry, path: readonly Session[]): Set<string> {
  return new Set(
    reachOf(today, path).flatMap(({ resource, scopes }) =>
      scopes.map((scope) => `${resource.name} ${scope}`),
    ),
  );
}

/** Runs a law on every parent and child of random paths, and wants enough of them. */
function holds(law: (today: Registry, child: readonly Session[], now: Instant) => void): void {
  let children = 0;
  const steps = fc.array(step, { minLength: 2, maxLength: 12 });
  fc.assert(
    fc.property(registry, steps, registry, (first, taken, later) => {
      const { path, now } = grow(first, taken);
      for (let depth = 2; depth <= path.length; depth += 1) {
        children += 1;
        law(first, path.slice(0, depth), now);
        law(later, path.slice(0, depth), now);
      }
    }),
    { numRuns: 500 },
  );
  expect(children).toBeGreaterThan(500);
}

describe('a path of delegations, today and after any change of policy', () => {
  // Law 1. breaks when: reachOf or decide asks the last session alone, or narrowTask takes what it is given
  it('never reaches a scope that the path above does not', () => {
    holds((today, child) => {
      const parent = reached(today, child.slice(0, -1));
      for (const scope of reached(today, child)) expect(parent).toContain(scope);
    });
  });

  it('never holds a token for longer than the path above could', () => {
    holds((today, child, now) => {
      for (const { resource, scopes } of reachOf(today, child)) {
        const ask = { audience: resource.audience, scopes, lifetimeSeconds: 0 };
        const own = decide(today, child, ask, now);
        const above = decide(today, child.slice(0, -1), ask, now);
        if (own.ok)
          expect(above.ok && above.value.expiresAt).toBeGreaterThanOrEqual(own.value.expiresAt);
      }
    });
  });

  // breaks when: narrowTask forgets the ends of the path
  it('never outlives anybody above', () => {
    holds((_today, child) => {
      const end = child.at(-1)?.absoluteEndAt ?? 0;
      for (const { absoluteEndAt } of child) expect(end).toBeLessThanOrEqual(absoluteEndAt);
    });
  });

  // breaks when: mayHaveChild asks the parent's depth alone
  it('never lies deeper than anybody above allows, and is refused tokens once it does', () => {
    holds((today, child, now) => {
      const tooDeep = child.some(({ name }, at) => {
        const levels = today.workloads.get(name)?.delegation.depth ?? 0;
        return at + 1 < child.length && child.length > at + 1 + levels;
      });
      const ask = { audience: 'https://crm.example.internal', scopes: words, lifetimeSeconds: 0 };
      if (tooDeep) expect(decide(today, child, ask, now).ok).toBe(false);
      if (tooDeep) expect(delegationFault(today, child)).toBeDefined();
      expect(child.length).toBeLessThanOrEqual(limits.sessionDepth);
    });
  });
});
