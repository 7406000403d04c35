import { ok, refuse } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import { callBy } from '../doubles/calls.js';
import { registryOf, workloadOf } from '../doubles/registries.js';
import type { RegistryChange } from '../store/store.js';
import { changeRegistry } from './change-registry.js';

const call = { ...callBy(), caller: { kind: 'broker' } as const };
const registry = registryOf({ workloads: [workloadOf({ owner: 'new-owner' })] });

describe('changeRegistry', () => {
  it('tells the store who is registered now and whose they are, and gives what it ended', async () => {
    const changes: RegistryChange[] = [];
    const changed = { members: [{ kind: 'workload', name: 'gone' } as const], sessionsEnded: 2 };
    const verb = changeRegistry({
      async changeRegistry(change) {
        changes.push(change);
        return ok(changed);
      },
    });
    expect(await verb(registry, call)).toEqual({ ok: true, value: changed });
    const [change] = changes;
    const [stays, left] = ['support-triage', 'gone'].map(
      (name) => ({ kind: 'workload', name }) as const,
    );
    expect([stays, left].map((member) => member && change?.isRegistered(member))).toEqual([
      true,
      false,
    ]);
    expect(change?.isRegistered({ kind: 'verifier', name: 'crm' })).toBe(true);
    expect(change?.isRegistered({ kind: 'operator', name: 'support-triage' })).toBe(false);
    expect(stays && change?.ownerOf(stays)).toBe('new-owner');
    expect(change?.ownerOf({ kind: 'verifier', name: 'crm' })).toBe('creance');
    expect(change?.audit).toEqual({
      kind: 'registry_changed',
      at: call.now,
      actor: 'broker',
      requestId: 'request-1',
      facts: {
        ownersRegistered: 1,
        resourcesRegistered: 1,
        workloadsRegistered: 1,
        operatorsRegistered: 0,
      },
    });
  });

  it('tells that the store refused', async () => {
    const verb = changeRegistry({ changeRegistry: async () => refuse('store_failed') });
    expect(await verb(registry, call)).toEqual({ ok: false, error: { reason: 'store_failed' } });
  });
});
