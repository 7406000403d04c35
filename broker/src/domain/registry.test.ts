import { describe, expect, it } from 'vitest';
import { registryOf, resourceOf, workloadOf } from '../doubles/registries.js';
import { isRegistered, type MemberKind, ownerOf } from './registry.js';

const registry = registryOf({
  resources: [resourceOf({ name: 'crm' })],
  workloads: [workloadOf({ name: 'triage', owner: 'support' })],
  operators: [{ name: 'alex', roles: new Set(['viewer']) }],
});
const names: Record<MemberKind, string> = { workload: 'triage', verifier: 'crm', operator: 'alex' };
const kinds = Object.keys(names) as MemberKind[];

describe('isRegistered', () => {
  // breaks when: isRegistered looks in all lists, whatever the kind
  it('knows a member by its kind and name together', () => {
    for (const kind of kinds) {
      for (const other of kinds) {
        expect(isRegistered(registry, { kind, name: names[other] })).toBe(kind === other);
      }
    }
  });

  it.each(['', 'Triage', 'triage ', '__proto__', 'constructor', 'https://crm.example.internal'])(
    'does not know %j',
    (name) => {
      for (const kind of kinds) expect(isRegistered(registry, { kind, name })).toBe(false);
    },
  );
});

describe('ownerOf', () => {
  it('is who owns a workload, and the broker itself for verifiers and operators', () => {
    expect(ownerOf(registry, { kind: 'workload', name: 'triage' })).toBe('support');
    expect(ownerOf(registry, { kind: 'verifier', name: 'crm' })).toBe('creance');
    expect(ownerOf(registry, { kind: 'operator', name: 'alex' })).toBe('creance');
  });
});
