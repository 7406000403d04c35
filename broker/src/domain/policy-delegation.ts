import { ok, type Result, refuse } from '@creance/proto';
import type { Denial } from './denial.js';
import { limits } from './limits.js';
import type { Registry, Workload } from './registry.js';
import type { Session } from './session.js';

/** What a rule about delegation looks at in a session. */
export type Link = Pick<Session, 'kind' | 'name'>;

/** The workload of a session; undefined for other members, and once it is registered no more. */
export function workloadOf(registry: Registry, { kind, name }: Link): Workload | undefined {
  return kind === 'workload' ? registry.workloads.get(name) : undefined;
}

/**
 * Sessions that a path may have below these ancestors, root first: each of them bounds how deep below
 * itself a session may lie, and the shallowest bound wins, whoever stands in between.
 */
export function depthMaxOf(registry: Registry, ancestors: readonly Link[]): number {
  let most: number = limits.sessionDepth;
  ancestors.forEach((session, at) => {
    const levels = workloadOf(registry, session)?.delegation.depth ?? 0;
    most = Math.min(most, at + 1 + levels);
  });
  return most;
}

/**
 * What is wrong with the delegations of a path, root first, by today's policy: each parent must name the
 * workload of its child, and nobody may lie deeper than any ancestor allows. Undefined when nothing is.
 */
export function delegationFault(registry: Registry, path: readonly Link[]): Denial | undefined {
  if (path.length < 2) return undefined;
  for (let at = 1; at < path.length; at += 1) {
    const [parent, child] = [path[at - 1] as Link, path[at] as Link];
    const isNamed = workloadOf(registry, parent)?.delegation.to.has(child.name) === true;
    if (!isNamed || workloadOf(registry, child) === undefined) {
      const detail = { parent: parent.name, child: child.name };
      return { reason: 'delegation_not_granted', detail };
    }
  }
  const most = depthMaxOf(registry, path.slice(0, -1));
  if (path.length <= most) return undefined;
  return { reason: 'delegation_too_deep', detail: { depth: path.length, most } };
}

/** Whether a path may have a child of a workload; gives the sessions of a path at most (`depthMax`). */
export function mayHaveChild(
  registry: Registry,
  path: readonly Link[],
  workload: string,
): Result<number, Denial> {
  if (path.length === 0) return refuse({ reason: 'session_unknown' });
  const gone = path.find((session) => workloadOf(registry, session) === undefined);
  if (gone !== undefined)
    return refuse({ reason: 'workload_not_registered', detail: { name: gone.name } });
  const fault = delegationFault(registry, [...path, { kind: 'workload', name: workload }]);
  return fault === undefined ? ok(depthMaxOf(registry, path)) : refuse(fault);
}
