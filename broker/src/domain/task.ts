import type { DestinationHash, ScopeSet } from '@creance/proto';

/** Grants of a task at most. */
export const taskGrantsMax = 16;

/** Destinations of one resource of a task, and of a whole task, at most. */
export const taskGrantDestinationsMax = 64;
export const taskDestinationsMax = 128;

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
  /** What it is for there: ascending, free of duplicates. Undefined leaves what the sessions above say. */
  readonly destinations?: readonly DestinationHash[] | undefined;
}

/** What a task lets a session ask for at a resource; undefined when it says nothing of any. */
export function scopesOfTask(task: Task | undefined, resource: string): ScopeSet | undefined {
  if (task === undefined) return undefined;
  const grant = task.grants.find((one) => one.resource === resource);
  return grant?.scopes ?? ([] as unknown as ScopeSet);
}

/**
 * The destinations at a resource that a path is for, by the tasks from its root down: the lowest that were
 * declared, which lie within all those above. Undefined when none were.
 */
export function destinationsOfTasks(
  tasks: readonly (Task | undefined)[],
  resource: string,
): readonly DestinationHash[] | undefined {
  return tasks
    .map((task) => task?.grants.find((one) => one.resource === resource)?.destinations)
    .findLast((destinations) => destinations !== undefined);
}
