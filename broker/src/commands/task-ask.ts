import type { Task } from '../domain/task.js';

export type { TaskAsk } from '../domain/policy-task.js';

/** A task as an audit record says it: `resource scope scope`, one a resource. */
export function taskFacts(task: Task | undefined): { readonly task?: readonly string[] } {
  if (task === undefined) return {};
  return { task: task.grants.map(({ resource, scopes }) => [resource, ...scopes].join(' ')) };
}
