import { ok, refuse } from '@creance/proto';
import { isRegistered, ownerOf, type Registry } from '../domain/registry.js';
import type { RegistryChanged, Store } from '../store/store.js';
import { actorOf, type Command } from './call.js';

/**
 * Puts a registry in force for the sessions that are open: those of members that left, or that belong to
 * another owner now, end in one transaction. Grants that became narrower need nothing here: every mint
 * asks the registry of its moment.
 *
 * Make the registry the current one before this is called, at the start and on each change: then nobody
 * opens a session in between for a member that has left.
 */
export function changeRegistry(
  store: Pick<Store, 'changeRegistry'>,
): Command<Registry, RegistryChanged> {
  return async (registry, call) => {
    const changed = await store.changeRegistry({
      isRegistered: (member) => isRegistered(registry, member),
      ownerOf: (member) => ownerOf(registry, member),
      now: call.now,
      audit: {
        kind: 'registry_changed',
        at: call.now,
        actor: actorOf(call),
        requestId: call.requestId,
        facts: {
          ownersRegistered: registry.owners.size,
          resourcesRegistered: registry.resources.size,
          workloadsRegistered: registry.workloads.size,
          operatorsRegistered: registry.operators.size,
        },
      },
    });
    return changed.ok ? ok(changed.value) : refuse({ reason: changed.error });
  };
}
