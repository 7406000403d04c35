import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scopesOf } from '../doubles/ids.js';
import { grantOf, registryOf, resourceOf, workloadOf } from '../doubles/registries.js';
import { openedAt, pathOf } from '../doubles/sessions.js';
import { plusSeconds } from './instant.js';
import { decide } from './policy.js';
import { reachOf } from './policy-reach.js';
import type { Grant, Registry } from './registry.js';
import type { Session } from './session.js';

const now = plusSeconds(openedAt, 10);
const words = ['contacts:export', 'contacts:list', 'contacts:read'];
const resources = [resourceOf(), resourceOf({ name: 'mail' })];
const delegation = { depth: 7, to: new Set(['support-triage', 'mail-writer']) };

function registryWith(...grants: readonly (readonly Grant[])[]): Registry {
  const names = ['support-triage', 'mail-writer'];
  const workloads = grants.map((each, at) =>
    workloadOf({ name: names[at] ?? '', grants: each, delegation }),
  );
  return registryOf({ resources, workloads });
}

/** Resource → scopes, as words. */
function reached(registry: Registry, path: readonly Session[]): Record<string, readonly string[]> {
  const reach = reachOf(registry, path);
  return Object.fromEntries(reach.map(({ resource, scopes }) => [resource.name, [...scopes]]));
}

describe('reachOf', () => {
  it('gives the scopes of each resource that is granted without an approval, ascending', () => {
    const registry = registryWith([
      grantOf({ scopes: scopesOf('contacts:read') }),
      grantOf({ scopes: scopesOf('contacts:export', 'contacts:list') }),
      grantOf({ resource: 'mail', scopes: scopesOf('mail:send'), approval: 'required' }),
    ]);
    expect(reached(registry, pathOf({}))).toEqual({ crm: words });
  });

  it('leaves out a resource that nobody has registered', () => {
    const registry = registryWith([grantOf({ resource: 'gone' }), grantOf()]);
    expect(reached(registry, pathOf({}))).toEqual({ crm: ['contacts:read'] });
  });

  it('gives a child what everybody above may ask for as well', () => {
    const registry = registryWith(
      [grantOf({ scopes: scopesOf('contacts:list', 'contacts:read') })],
      [
        grantOf({ scopes: scopesOf('contacts:export', 'contacts:read') }),
        grantOf({ resource: 'mail' }),
      ],
    );
    expect(reached(registry, pathOf({}, { name: 'mail-writer' }))).toEqual({
      crm: ['contacts:read'],
    });
  });

  it('reaches nothing with no path, a stranger, or a delegation that is not allowed', () => {
    const registry = registryWith([grantOf()]);
    expect(reachOf(registry, [])).toEqual([]);
    expect(reachOf(registry, pathOf({ name: 'gone' }))).toEqual([]);
    expect(reachOf(registry, pathOf({ name: 'gone' }, {}))).toEqual([]);
    const alone = registryOf({ resources });
    expect(reachOf(alone, pathOf({}, {}))).toEqual([]);
  });

  // breaks when: one of the two forgets the tasks, an approval or an ancestor
  it('is what `decide` would grant, scope by scope', () => {
    const scopes = fc.subarray(words, { minLength: 1 }).map((some) => scopesOf(...some));
    const grant = fc.record({
      resource: fc.constantFrom('crm', 'mail'),
      scopes,
      approval: fc.constantFrom('none' as const, 'required' as const),
      lifetimeSeconds: fc.constantFrom(60, 300),
    });
    const task = fc.option(
      fc.record({
        grants: fc.uniqueArray(fc.record({ resource: fc.constantFrom('crm', 'mail'), scopes }), {
          selector: (one) => one.resource,
        }),
      }),
      { nil: undefined },
    );
    const link = fc.record({ name: fc.constantFrom('support-triage', 'mail-writer'), task });
    fc.assert(
      fc.property(
        fc.array(grant),
        fc.array(grant),
        fc.array(link, { minLength: 1, maxLength: 4 }),
        (triage, writer, links) => {
          const registry = registryWith(triage, writer);
          const path = pathOf(...links);
          const granted = resources.map(({ name, audience }) => [
            name,
            words.filter((word) => {
              const ask = { audience, scopes: scopesOf(word), lifetimeSeconds: 0 };
              return decide(registry, path, ask, now).ok;
            }),
          ]);
          expect(reached(registry, path)).toEqual(
            Object.fromEntries(granted.filter(([, some]) => some?.length !== 0)),
          );
        },
      ),
      { numRuns: 500 },
    );
  });
});
