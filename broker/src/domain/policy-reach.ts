import type { Scope, ScopeSet } from '@creance/proto';
import type { PathSession } from './policy.js';
import { delegationFault, workloadOf } from './policy-delegation.js';
import type { Registry, Resource } from './registry.js';
import { scopesOfTask } from './task.js';

/** All that a session may ask for at one resource. */
export interface Reach {
  readonly resource: Resource;
  /** Ascending; may hold more than one token can. */
  readonly scopes: ScopeSet;
}

/**
 * All that the last session of a path may ask for by today's policy and the tasks along the path: what
 * `decide` would grant it, resource by resource. Empty when a delegation of the path is not allowed.
 */
export function reachOf(registry: Registry, path: readonly PathSession[]): readonly Reach[] {
  const own = path.at(-1);
  if (own === undefined || delegationFault(registry, path) !== undefined) return [];
  const names = new Set(workloadOf(registry, own)?.grants.map((grant) => grant.resource));
  return [...names].flatMap((name) => {
    const resource = registry.resources.get(name);
    const open = path.map((session) => openScopes(registry, session, name));
    const scopes = [...(open.at(-1) ?? [])].filter((scope) => open.every((set) => set.has(scope)));
    return resource === undefined || scopes.length === 0
      ? []
      : [{ resource, scopes: scopes.sort() }];
  });
}

/** Scopes that one session may ask for without an approval, within its task. */
function openScopes(registry: Registry, session: PathSession, name: string): ReadonlySet<Scope> {
  const open = (workloadOf(registry, session)?.grants ?? [])
    .filter((grant) => grant.resource === name && grant.approval === 'none')
    .flatMap((grant) => grant.scopes);
  const task = scopesOfTask(session.task, name);
  return new Set(task === undefined ? open : open.filter((scope) => task.includes(scope)));
}
