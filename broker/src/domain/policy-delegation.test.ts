import { describe, expect, it } from 'vitest';
import { registryOf, workloadOf } from '../doubles/registries.js';
import { pathOf } from '../doubles/sessions.js';
import { limits } from './limits.js';
import { depthMaxOf, mayHaveChild } from './policy-delegation.js';
import type { Registry } from './registry.js';
import type { Session } from './session.js';

/** Workloads `a`, `b`, … with these depths, each of which may have children of every other. */
function registryOfDepths(...depths: readonly number[]): Registry {
  const names = depths.map((_, at) => 'abcdefgh'.charAt(at));
  return registryOf({
    workloads: depths.map((depth, at) =>
      workloadOf({ name: names[at] as string, delegation: { depth, to: new Set(names) } }),
    ),
  });
}

function path(names: string): readonly Session[] {
  return pathOf(...[...names].map((name) => ({ name })));
}

function outcomeOf(registry: Registry, names: string, child: string): string | number {
  const allowed = mayHaveChild(registry, path(names), child);
  return allowed.ok ? allowed.value : allowed.error.reason;
}

describe('depthMaxOf', () => {
  it.each([
    ['a', [3], 4],
    ['a', [0], 1],
    ['ab', [3, 1], 3],
    ['ab', [1, 7], 2],
    ['abc', [7, 7, 0], 3],
    ['abc', [2, 7, 7], 3],
    ['a', [7], limits.sessionDepth],
    ['aa', [7], limits.sessionDepth],
  ])('of the path %s with depths %j is %i: the shallowest of all', (names, depths, most) => {
    expect(depthMaxOf(registryOfDepths(...depths), path(names))).toBe(most);
  });

  it('is never beyond eight sessions, whatever a registry says', () => {
    expect(depthMaxOf(registryOfDepths(100), path('a'))).toBe(limits.sessionDepth);
  });
});

describe('mayHaveChild', () => {
  it('lets a workload have the children that it names, itself only when it does', () => {
    const to = new Set(['b']);
    const registry = registryOf({
      workloads: [
        workloadOf({ name: 'a', delegation: { depth: 2, to } }),
        workloadOf({ name: 'b' }),
      ],
    });
    expect(outcomeOf(registry, 'a', 'b')).toBe(3);
    expect(outcomeOf(registry, 'a', 'a')).toBe('delegation_not_granted');
  });

  it.each(['nobody', '', 'A', 'constructor'])(
    'refuses a workload that does not exist, though it is named: %j',
    (name) => {
      const delegation = { depth: 7, to: new Set([name]) };
      const registry = registryOf({ workloads: [workloadOf({ name: 'a', delegation })] });
      expect(outcomeOf(registry, 'a', name)).toBe('delegation_not_granted');
    },
  );

  // breaks when: only the parent's own depth is looked at
  it('refuses what lies too deep for any ancestor', () => {
    expect(outcomeOf(registryOfDepths(1, 7), 'a', 'b')).toBe(2);
    expect(outcomeOf(registryOfDepths(1, 7), 'ab', 'b')).toBe('delegation_too_deep');
    expect(outcomeOf(registryOfDepths(7, 0), 'ab', 'a')).toBe('delegation_too_deep');
    expect(outcomeOf(registryOfDepths(0), 'a', 'a')).toBe('delegation_too_deep');
  });

  it('ends a loop of delegations at the eighth session', () => {
    const registry = registryOfDepths(7, 7);
    expect(outcomeOf(registry, 'abababa', 'b')).toBe(8);
    expect(outcomeOf(registry, 'abababab', 'a')).toBe('delegation_too_deep');
  });

  it('refuses below a path that policy does not allow any more', () => {
    const registry = registryOfDepths(7, 7);
    expect(outcomeOf(registry, 'azb', 'a')).toBe('workload_not_registered');
    const strict = registryOf({
      workloads: [
        workloadOf({ name: 'a', delegation: { depth: 7, to: new Set(['a']) } }),
        workloadOf({ name: 'b', delegation: { depth: 7, to: new Set(['a', 'b']) } }),
      ],
    });
    expect(outcomeOf(strict, 'ab', 'a')).toBe('delegation_not_granted');
  });

  it('refuses a verifier, an operator and nobody as parents', () => {
    const registry = registryOfDepths(7);
    for (const kind of ['verifier', 'operator'] as const) {
      const parent = pathOf({ kind, name: 'a' });
      expect(mayHaveChild(registry, parent, 'a')).toMatchObject({
        error: { reason: 'workload_not_registered' },
      });
    }
    expect(outcomeOf(registry, '', 'a')).toBe('session_unknown');
  });
});
