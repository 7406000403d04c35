import type { TaskAsk } from '../../broker/src/commands/task-ask.js';
import { type Expectation, nothingExpected } from './tree-expect.js';
import { type ModelSession, type ModelTask, second, type TreeModel } from './tree-model.js';
import { audienceOf, type WorldPolicy, worldResources } from './world-policy.js';
import type { AskInWorld } from './world-sessions.js';

/** One session of a path, as far as policy goes. */
export type Link = Pick<ModelSession, 'workload' | 'task' | 'absoluteEnd'>;

/** The longest life that policy gives; no task makes a session live longer. */
const absoluteSeconds = 28_800;

/** Sessions of a path at most. */
const depthMost = 8;

/** The resource of an audience. */
export function resourceOfAudience(audience: string): string | undefined {
  return Object.keys(worldResources).find((name) => audienceOf(name) === audience);
}

/** The scopes that a whole path may ask for at a resource today: what everybody in it holds. */
export function scopesInReach(
  policy: WorldPolicy,
  path: readonly Link[],
  resource: string,
): string[] {
  return (worldResources[resource] ?? []).filter((scope) =>
    path.every(({ workload, task }) => {
      const grant = policy[workload]?.grants.find((each) => each.resource === resource);
      const inTask = task === undefined || (task[resource] ?? []).includes(scope);
      return inTask && grant?.scopes.includes(scope) === true;
    }),
  );
}

/** The longest life that a path gives to a token for a resource today. */
function lifetimeInReach(policy: WorldPolicy, path: readonly Link[], resource: string): number {
  const lives = path.map(
    ({ workload }) =>
      policy[workload]?.grants.find((each) => each.resource === resource)?.lifetimeSeconds ?? 0,
  );
  return Math.min(...lives);
}

/** Whole seconds at which a token would end; never beyond any end of the path (law 1). */
export function tokenEnd(
  policy: WorldPolicy,
  path: readonly Link[],
  ask: AskInWorld,
  now: number,
): number {
  const resource = resourceOfAudience(ask.audience) ?? '';
  const life = ask.lifetimeSeconds || lifetimeInReach(policy, path, resource);
  const ends = path.map(({ absoluteEnd }) => Math.floor(absoluteEnd / second));
  return Math.min(Math.floor(now / second) + life, ...ends);
}

/** Why a path may not have a token today, whatever the state of its sessions. */
export function expectGrant(
  policy: WorldPolicy,
  path: readonly Link[],
  ask: AskInWorld,
  now: number,
): Expectation {
  const expected = nothingExpected();
  const { must } = expected;
  const resource = resourceOfAudience(ask.audience);
  if (resource === undefined) must.add('resource_unknown');
  expectLinks(policy, path, expected);
  for (const { workload, task } of path) {
    const grant = policy[workload]?.grants.find((each) => each.resource === resource);
    if (grant === undefined) must.add('resource_not_granted');
    const granted = grant?.scopes ?? [];
    if (!ask.scopes.every((scope) => granted.includes(scope))) must.add('scope_not_granted');
    const allowed = task === undefined ? ask.scopes : (task[resource ?? ''] ?? []);
    if (!ask.scopes.every((scope) => allowed.includes(scope))) must.add('scope_not_in_task');
  }
  const most = lifetimeInReach(policy, path, resource ?? '');
  const { lifetimeSeconds } = ask;
  if (lifetimeSeconds !== 0 && (lifetimeSeconds < 15 || lifetimeSeconds > most))
    must.add('lifetime_not_allowed');
  if (tokenEnd(policy, path, ask, now) <= Math.floor(now / second)) must.add('session_expired');
  return expected;
}

/** Why the delegations of a path are none that policy allows today. */
export function expectLinks(
  policy: WorldPolicy,
  path: readonly Pick<Link, 'workload'>[],
  { must }: Expectation,
): void {
  path.forEach(({ workload }, at) => {
    if (policy[workload] === undefined) must.add('workload_not_registered');
    const parent = path[at - 1];
    const named = parent === undefined || policy[parent.workload]?.to.includes(workload) === true;
    if (!named || (at > 0 && policy[workload] === undefined)) must.add('delegation_not_granted');
    const below = path.length - 1 - at;
    if (below > (policy[workload]?.depth ?? 0)) must.add('delegation_too_deep');
  });
  if (path.length > depthMost) must.add('delegation_too_deep');
}

/** Why a task may not be declared below a path: it names more than the path may have. */
export function expectTask(
  policy: WorldPolicy,
  path: readonly Link[],
  task: TaskAsk | undefined,
  now: number,
  expected: Expectation,
): void {
  for (const { audience, scopes } of task?.grants ?? []) {
    const { must } = expectGrant(policy, path, { audience, scopes, lifetimeSeconds: 0 }, now);
    if (must.size === 0) continue;
    for (const reason of ['task_not_allowed', ...must]) expected.must.add(reason);
  }
}

/** A declared task by resources. */
export function modelTask(task: TaskAsk | undefined): ModelTask | undefined {
  if (task === undefined || task.grants.length === 0) return undefined;
  return Object.fromEntries(
    task.grants.map(({ audience, scopes }) => [resourceOfAudience(audience) ?? '', scopes]),
  );
}

/** When a session ends whatever happens: as it declares, and never after anybody above it (law 1). */
export function absoluteEndOf(
  path: readonly Pick<Link, 'absoluteEnd'>[],
  task: TaskAsk | undefined,
  now: number,
): number {
  const seconds = Math.min(task?.lifetimeSeconds || absoluteSeconds, absoluteSeconds);
  return Math.min(now + seconds * second, ...path.map(({ absoluteEnd }) => absoluteEnd));
}

/** What the model's session is made of besides what the world gives. */
export function handlesOf(
  { policy }: TreeModel,
  workload: string,
  evidence: ModelSession['evidence'],
  above: readonly string[],
): string[] {
  return [
    `workload:${workload}`,
    `owner:${policy[workload]?.owner ?? ''}`,
    `evidence-key:${evidence.key}`,
    `evidence-issuer:${evidence.issuer}`,
    ...above.filter((handle) => /^(principal|upstream):/.test(handle)),
  ];
}
