import {
  type DestinationHash,
  type DestinationKind,
  ok,
  type Result,
  refuse,
  type ScopeSet,
  scopesMax,
} from '@creance/proto';
import type { Denial } from './denial.js';
import { type Instant, plusSeconds } from './instant.js';
import { limits } from './limits.js';
import { decide, type PathSession } from './policy.js';
import type { Registry } from './registry.js';
import {
  destinationsOfTasks,
  type Task,
  type TaskGrant,
  taskDestinationsMax,
  taskGrantDestinationsMax,
  taskGrantsMax,
} from './task.js';

/** One resource of what is declared, by audience. */
export interface TaskGrantAsk {
  readonly audience: string;
  readonly scopes: ScopeSet;
  /** What it is for there; none leaves what the sessions above declared. */
  readonly destinations?: readonly DestinationAsk[];
}

/** A destination in plain words: it goes no further than to its hash. */
export interface DestinationAsk {
  readonly kind: DestinationKind;
  readonly value: string;
}

/** What a session is to be opened for, as it is declared: resources by audience. */
export interface TaskAsk {
  /** The only resources and scopes that it may ask for; none leaves what the path above may. */
  readonly grants: readonly TaskGrantAsk[];
  /** Seconds until it ends whatever happens; zero leaves the end of the path above. */
  readonly lifetimeSeconds: number;
}

/** A task as a session holds it, and the end that goes with it. */
export interface NarrowedTask {
  readonly task: Task | undefined;
  /** Never beyond the absolute end of any session of the path above. */
  readonly absoluteEndAt: Instant;
}

/**
 * Narrows what is declared against what the path above, root first, may ask for today: every scope must
 * be one that `decide` gives it. For a root the path is the root to be. Nothing is dropped in silence:
 * one scope too many refuses the task.
 */
export function narrowTask(
  registry: Registry,
  path: readonly PathSession[],
  ask: TaskAsk | undefined,
  now: Instant,
): Result<NarrowedTask, Denial> {
  if (path.length === 0) return refuse({ reason: 'session_unknown' });
  const seconds = ask?.lifetimeSeconds ?? 0;
  const grants = ask?.grants ?? [];
  const fault = malformation(grants, seconds);
  if (fault !== undefined) return refuse({ reason: 'task_malformed', detail: { fault } });
  const narrowed: TaskGrant[] = [];
  for (const { audience, scopes, destinations = [] } of grants) {
    const allowed = decide(registry, path, { audience, scopes, lifetimeSeconds: 0 }, now);
    if (!allowed.ok) return refuse(asTaskDenial(allowed.error, audience));
    const { name } = allowed.value.resource;
    const hashes = narrowDestinations(registry, path, name, destinations);
    if (!hashes.ok) return hashes;
    narrowed.push({ resource: name, scopes, ...(hashes.value && { destinations: hashes.value }) });
  }
  const ends = path.map((session) => session.absoluteEndAt);
  const own = plusSeconds(now, Math.min(seconds || Number.POSITIVE_INFINITY, longestSeconds));
  const absoluteEndAt = Math.min(own, ...ends) as Instant;
  return ok({ task: narrowed.length === 0 ? undefined : { grants: narrowed }, absoluteEndAt });
}

/** Within what the path has declared; when it has declared none, any. */
function narrowDestinations(
  registry: Registry,
  path: readonly PathSession[],
  resource: string,
  asked: readonly DestinationAsk[],
): Result<readonly DestinationHash[] | undefined, Denial> {
  if (asked.length === 0) return ok(undefined);
  const tasks = path.map(({ task }) => task);
  const declared = destinationsOfTasks(tasks, resource);
  const hashes = new Set<DestinationHash>();
  for (const { kind, value } of asked) {
    const hashed = registry.hashDestination(resource, kind, value);
    if (!hashed.ok) return refuse({ reason: 'task_malformed', detail: { fault: hashed.error } });
    if (declared?.includes(hashed.value) === false)
      return refuse({ reason: 'destination_not_in_task', detail: { resource, kind } });
    hashes.add(hashed.value);
  }
  return ok([...hashes].sort());
}

const longestSeconds = limits.sessionAbsoluteSeconds;

function malformation(grants: TaskAsk['grants'], seconds: number): string | undefined {
  if (!Number.isSafeInteger(seconds) || seconds < 0) return 'lifetime';
  if (grants.length > taskGrantsMax) return 'too many grants';
  const audiences = new Set(grants.map(({ audience }) => audience));
  if (audiences.size < grants.length) return 'an audience twice';
  const counts = grants.map(({ destinations }) => destinations?.length ?? 0);
  const inAll = counts.reduce((sum, count) => sum + count, 0);
  if (inAll > taskDestinationsMax || counts.some((count) => count > taskGrantDestinationsMax))
    return 'too many destinations';
  const sizes = grants.map(({ scopes }) => scopes.length);
  return sizes.some((size) => size === 0 || size > scopesMax) ? 'scopes' : undefined;
}

const reasonsOfPath: readonly string[] = [
  'session_expired',
  'workload_not_registered',
  'delegation_not_granted',
  'delegation_too_deep',
] satisfies Denial['reason'][];

/** What ails the path itself keeps its name; what is not in reach is outside the task's room. */
function asTaskDenial(denial: Denial, audience: string): Denial {
  const { reason, missingScope } = denial;
  if (reasonsOfPath.includes(reason)) return denial;
  const detail = { ...denial.detail, audience, because: reason };
  return { reason: 'task_not_allowed', detail, ...(missingScope && { missingScope }) };
}
