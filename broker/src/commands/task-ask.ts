import type { Task } from '../domain/task.js';

export type { DestinationAsk, TaskAsk } from '../domain/policy-task.js';

/** A task as an audit record says it: `resource scope scope`, one a resource, and how many destinations. */
export function taskFacts(task: Task | undefined): { readonly task?: readonly string[] } {
  if (task === undefined) return {};
  const words = ({ resource, scopes, destinations }: Task['grants'][number]) => [
    resource,
    ...scopes,
    ...(destinations === undefined ? [] : [`destinations=${destinations.length}`]),
  ];
  return { task: task.grants.map((grant) => words(grant).join(' ')) };
}
