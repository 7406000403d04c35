import type { SessionId } from '@creance/proto';
import type { OnAsked } from '../domain/policy-risk.js';
import type { TaskAsk } from '../domain/policy-task.js';
import type { Task } from '../domain/task.js';

export type { DestinationAsk, TaskAsk } from '../domain/policy-task.js';

/** Tells the watch what a session asks for in the task of a child. */
export function noteTask(onAsked: OnAsked, session: SessionId, task: TaskAsk | undefined): void {
  for (const { audience, scopes } of task?.grants ?? [])
    onAsked({ session, audience, scopes, what: 'task' });
}

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
