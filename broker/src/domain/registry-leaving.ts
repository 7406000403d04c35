import type { MemberRef, Registry } from './registry.js';
import { isRegistered, ownerOf } from './registry.js';

/** Whether the sessions of a member end by another registry: it leaves, or belongs to somebody else then. */
export function leaves(before: Registry, after: Registry, member: MemberRef): boolean {
  return !isRegistered(after, member) || ownerOf(before, member) !== ownerOf(after, member);
}

/**
 * A registry without the members that leave by the next one, and otherwise as it is: in force while the
 * change is written down, so that nobody gets in by what is going, nor by what is not durable yet.
 */
export function withoutLeaving(before: Registry, after: Registry): Registry {
  const staying = <T extends { readonly name: string }>(
    kind: MemberRef['kind'],
    entries: ReadonlyMap<string, T>,
  ) => new Map([...entries].filter(([name]) => !leaves(before, after, { kind, name })));
  const resources = staying('verifier', before.resources);
  return {
    ...before,
    resources,
    resourceByAudience: new Map([...resources.values()].map((one) => [one.audience, one])),
    workloads: staying('workload', before.workloads),
    operators: staying('operator', before.operators),
  };
}
