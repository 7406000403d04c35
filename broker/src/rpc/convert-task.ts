import {
  canonicalDestination,
  type DestinationFault,
  type DestinationKind,
  destinationCharsMax,
  destinationKinds,
  ok,
  parseScopes,
  type Result,
  refuse,
  uriCharsMax,
} from '@creance/proto';
import type { Destination, Task, TaskGrant } from '@creance/proto/wire';
import type { DestinationAsk, TaskAsk } from '../commands/task-ask.js';
import type { Denial } from '../domain/denial.js';
import { taskDestinationsMax, taskGrantDestinationsMax, taskGrantsMax } from '../domain/task.js';
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
  const inAll = grants.reduce((sum, { destinations }) => sum + (destinations?.length ?? 0), 0);
  if (inAll > taskDestinationsMax)
    return faulty('task.grants', `must hold at most ${taskDestinationsMax} destinations`);
  return ok({ grants, lifetimeSeconds: task.lifetimeSeconds });
}

function grantOf(
  { audience, scopes, destinations }: TaskGrant,
  field: string,
): Result<TaskAsk['grants'][number], Denial> {
  if (audience === '' || audience.length > uriCharsMax)
    return faulty(`${field}.audience`, `must be 1 to ${uriCharsMax} characters`);
  const parsed = parseScopes(scopes);
  if (!parsed.ok) return faulty(`${field}.scopes`, scopeFaults[parsed.error]);
  const declared = destinationsOf(destinations, `${field}.destinations`);
  if (!declared.ok) return declared;
  return ok({ audience, scopes: parsed.value, destinations: declared.value });
}

function destinationsOf(
  messages: readonly Destination[],
  field: string,
): Result<readonly DestinationAsk[], Denial> {
  if (messages.length > taskGrantDestinationsMax)
    return faulty(field, `must be at most ${taskGrantDestinationsMax}`);
  const asked: DestinationAsk[] = [];
  for (const [at, { kind: number, value }] of messages.entries()) {
    const kind = kindOf(number);
    if (kind === undefined) return faulty(`${field}[${at}].kind`, 'must be a kind of destination');
    const canonical = canonicalDestination(kind, value);
    if (!canonical.ok) return faulty(`${field}[${at}].value`, destinationFaults[canonical.error]);
    asked.push({ kind, value });
  }
  return ok(asked);
}

/** Undefined for zero and all unknown numbers. */
function kindOf(number: number): DestinationKind | undefined {
  return destinationKinds[number - 1];
}

const destinationFaults: Readonly<Record<DestinationFault, string>> = {
  destination_empty: 'must not be empty',
  destination_too_long: `must be at most ${destinationCharsMax} characters`,
  destination_character: 'must hold no control and no mark that hides or reorders text',
  destination_malformed: 'must have the form of its kind',
};

function faulty(field: string, fault: string): { readonly ok: false; readonly error: Denial } {
  return refuse({ reason: 'task_malformed', fields: [{ field, fault }] });
}
