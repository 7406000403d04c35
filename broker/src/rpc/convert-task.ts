import { ok, parseScopes, type Result, refuse, uriCharsMax } from '@creance/proto';
import type { Task, TaskGrant } from '@creance/proto/wire';
import type { TaskAsk } from '../commands/task-ask.js';
import type { Denial } from '../domain/denial.js';
import { taskGrantsMax } from '../domain/task.js';
import { scopeFaults } from './convert.js';

/** Reads a Task; undefined where none was declared. */
export function taskOf(task: Task | undefined): Result<TaskAsk | undefined, Denial> {
  if (task === undefined) return ok(undefined);
  if (task.grants.length > taskGrantsMax)
    return faulty('task.grants', `must be at most ${taskGrantsMax}`);
  const grants: TaskAsk['grants'][number][] = [];
  for (const [at, grant] of task.grants.entries()) {
    const read = grantOf(grant, `task.grants[${at}]`);
    if (!read.ok) return read;
    if (grants.some(({ audience }) => audience === grant.audience))
      return faulty(`task.grants[${at}].audience`, 'must not be named twice');
    grants.push(read.value);
  }
  return ok({ grants, lifetimeSeconds: task.lifetimeSeconds });
}

function grantOf(
  { audience, scopes }: TaskGrant,
  field: string,
): Result<TaskAsk['grants'][number], Denial> {
  if (audience === '' || audience.length > uriCharsMax)
    return faulty(`${field}.audience`, `must be 1 to ${uriCharsMax} characters`);
  const parsed = parseScopes(scopes);
  return parsed.ok
    ? ok({ audience, scopes: parsed.value })
    : faulty(`${field}.scopes`, scopeFaults[parsed.error]);
}

function faulty(field: string, fault: string): { readonly ok: false; readonly error: Denial } {
  return refuse({ reason: 'task_malformed', fields: [{ field, fault }] });
}
