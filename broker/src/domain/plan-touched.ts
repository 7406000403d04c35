import type { PlanSubject } from './plan-change.js';
import type { MemberRef, Registry } from './registry.js';
import { leaves } from './registry-leaving.js';

/** A live session with those above it, root first, as members. */
export type LivePath = readonly MemberRef[];

/** How many live sessions hang on each subject of a plan, and how many it would end. */
export interface Touched {
  /** Live sessions that a change of this would reach. */
  of(subject: PlanSubject): number;
  /** Live sessions that would end: their member, or one above, leaves or has another owner. */
  readonly ending: number;
}

/**
 * Counts the live sessions that a plan touches. A workload touches its sessions and all below them; a
 * resource those that hold a grant at it, before or after, and its verifiers.
 */
export function countTouched(
  before: Registry,
  after: Registry,
  paths: Iterable<LivePath>,
): Touched {
  const counts = new Map<string, number>();
  let ending = 0;
  for (const path of paths) {
    if (path.some((member) => leaves(before, after, member))) ending += 1;
    for (const key of keysOf(before, after, path)) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return { of: (subject) => counts.get(keyOf(subject)) ?? 0, ending };
}

function keysOf(before: Registry, after: Registry, path: LivePath): ReadonlySet<string> {
  const own = path.at(-1);
  const keys = new Set<string>();
  for (const member of path) keys.add(keyOfMember(member));
  if (own?.kind !== 'workload') return keys;
  for (const { workloads } of [before, after])
    for (const { resource } of workloads.get(own.name)?.grants ?? [])
      keys.add(`resource ${resource}`);
  return keys;
}

function keyOfMember({ kind, name }: MemberRef): string {
  return kind === 'verifier' ? `resource ${name}` : `${kind} ${name}`;
}

function keyOf(subject: PlanSubject): string {
  return subject.kind === 'manifest' ? 'manifest' : `${subject.kind} ${subject.name}`;
}
