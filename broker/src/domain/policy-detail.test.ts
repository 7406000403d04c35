import { describe, expect, it } from 'vitest';
import { scopesOf } from '../doubles/ids.js';
import { grantOf, registryOf, resourceOf, workloadOf } from '../doubles/registries.js';
import { openedAt, pathOf, sessionOf } from '../doubles/sessions.js';
import { plusSeconds } from './instant.js';
import { decide, type TokenAsk } from './policy.js';
import { delegationFault, depthMaxOf, mayHaveChild } from './policy-delegation.js';
import { childFaultAt, grantAtLevel } from './policy-risk.js';

const now = plusSeconds(openedAt, 10);
const crm = resourceOf();
const ask: TokenAsk = {
  audience: crm.audience,
  scopes: scopesOf('contacts:read'),
  lifetimeSeconds: 0,
};
const about = { workload: 'support-triage', resource: 'crm', presented: 'contacts:read' };
const delegating = (depth: number, to: string[] = ['support-triage']) =>
  workloadOf({ delegation: { depth, to: new Set(to) } });

function denialOf(registry = registryOf(), parts: Partial<TokenAsk> = {}, path = pathOf({})) {
  const decided = decide(registry, path, { ...ask, ...parts }, now);
  return decided.ok ? undefined : decided.error;
}

/** Law 10: owner and operator see what was presented, the nearest rule and what is missing. */
describe('what a refused token is told of', () => {
  it('a resource that nobody has registered: by the audience that was presented', () => {
    const audience = 'https://other.example';
    expect(denialOf(registryOf(), { audience })).toEqual({
      reason: 'resource_unknown',
      detail: { presented: audience },
    });
  });

  it('a workload that is registered no more: by its name', () => {
    expect(denialOf(registryOf({ workloads: [] }))).toEqual({
      reason: 'workload_not_registered',
      detail: { name: 'support-triage' },
    });
  });

  it('a resource that is not granted: by workload, resource and what was presented', () => {
    const registry = registryOf({ workloads: [workloadOf({ grants: [] })] });
    const scopes = scopesOf('contacts:export', 'contacts:read');
    expect(denialOf(registry, { scopes })).toEqual({
      reason: 'resource_not_granted',
      detail: { ...about, presented: 'contacts:export contacts:read' },
    });
  });

  it('a scope that is not granted: by its name too', () => {
    const detail = { ...about, presented: 'contacts:export', scope: 'contacts:export' };
    expect(denialOf(registryOf(), { scopes: scopesOf('contacts:export') })).toEqual({
      reason: 'scope_not_granted',
      missingScope: 'contacts:export',
      detail,
    });
  });

  it.each([
    ['says nothing of the resource', [], ''],
    ['leaves the scope out', ['contacts:erase', 'contacts:list'], 'contacts:erase contacts:list'],
  ])('a scope outside the task, when the task %s', (_name, words, told) => {
    const grants =
      words.length === 0
        ? [{ resource: 'mail', scopes: scopesOf('mail:send') }]
        : [{ resource: 'crm', scopes: scopesOf(...words) }];
    expect(denialOf(registryOf(), {}, pathOf({ task: { grants } }))).toEqual({
      reason: 'scope_not_in_task',
      missingScope: 'contacts:read',
      detail: { ...about, scope: 'contacts:read', task: told },
    });
  });

  it('an approval that is missing: by workload and resource', () => {
    const grants = [grantOf({ approval: 'required' })];
    expect(denialOf(registryOf({ workloads: [workloadOf({ grants })] }))).toMatchObject({
      reason: 'approval_required',
      detail: about,
    });
  });

  it('a lifetime that is not allowed: by what was asked and the most that is', () => {
    expect(denialOf(registryOf(), { lifetimeSeconds: 301 })).toEqual({
      reason: 'lifetime_not_allowed',
      detail: { presented: 301, most: 300, workload: 'support-triage', resource: 'crm' },
    });
  });
});

describe('what a refused delegation is told of', () => {
  const path = [sessionOf(1), sessionOf(2), sessionOf(3)];

  it('who may not have whom', () => {
    const registry = registryOf({ workloads: [delegating(8, ['mail-writer'])] });
    expect(delegationFault(registry, path)).toEqual({
      reason: 'delegation_not_granted',
      detail: { parent: 'support-triage', child: 'support-triage' },
    });
  });

  it('how deep it would lie, and how deep it may', () => {
    expect(delegationFault(registryOf({ workloads: [delegating(1)] }), path)).toEqual({
      reason: 'delegation_too_deep',
      detail: { depth: 3, most: 2 },
    });
  });

  // breaks when: the last session's own bound counts for itself, who delegates to nobody here
  it('counts the bounds of those above, not its own', () => {
    const [parent, leaf] = [delegating(1, ['leaf']), workloadOf({ name: 'leaf' })];
    const registry = registryOf({ workloads: [parent, leaf] });
    expect(delegationFault(registry, pathOf({}, { name: 'leaf' }))).toBeUndefined();
    expect(mayHaveChild(registry, pathOf({}), 'leaf')).toEqual({ ok: true, value: 2 });
  });

  it('who of the path is registered no more, and lets such a one have nothing below', () => {
    const registry = registryOf({ workloads: [delegating(3)] });
    expect(mayHaveChild(registry, pathOf({ name: 'gone' }), 'support-triage')).toEqual({
      ok: false,
      error: { reason: 'workload_not_registered', detail: { name: 'gone' } },
    });
    expect(depthMaxOf(registry, pathOf({ name: 'gone' }))).toBe(1);
  });
});

describe('what a session in doubt is told of', () => {
  const grant = { resource: crm, scopes: ask.scopes, expiresAt: 1 };

  it('the level, to those who may know', () => {
    for (const denial of [childFaultAt('suspend'), childFaultAt('narrow')])
      expect(denial?.detail).toEqual({
        level: denial?.reason === 'session_narrowed' ? 'narrow' : 'suspend',
      });
    const refused = grantAtLevel(pathOf({}), grant, 'suspend', now);
    expect(refused).toMatchObject({
      error: { reason: 'session_suspended', detail: { level: 'suspend' } },
    });
  });
});
