import type { ScopeSet } from '@creance/proto';

/** Grants of a task at most. */
export const taskGrantsMax = 16;

/**
 * What a session was opened for, as its opener declared: it narrows and gives nothing. Resources by their
 * registered names, so that a changed audience does not widen it.
 */
export interface Task {
  /** The only resources and scopes that the session may ask for; undefined narrows nothing. */
  readonly grants: readonly TaskGrant[];
}

/** One resource of a task. */
export interface TaskGrant {
  readonly resource: string;
  readonly scopes: ScopeSet;
}

/** What a task lets a session ask for at a resource; undefined when it says nothing of any. */
export function scopesOfTask(task: Task | undefined, resource: string): ScopeSet | undefined {
  if (task === undefined) return undefined;
  const grant = task.grants.find((one) => one.resource === resource);
  return grant?.scopes ?? ([] as unknown as ScopeSet);
}
