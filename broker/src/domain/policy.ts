import {
  firstScopeMissing,
  ok,
  type Result,
  refuse,
  type ScopeSet,
  tokenLifetimeSecondsMin,
} from '@creance/proto';
import type { Denial } from './denial.js';
import { type Instant, plusSeconds, unixSeconds } from './instant.js';
import { delegationFault, type Link, workloadOf } from './policy-delegation.js';
import type { Grant, Registry, Resource } from './registry.js';
import type { Session } from './session.js';
import { scopesOfTask } from './task.js';

/** What policy looks at in a session of a path. */
export type PathSession = Link & Pick<Session, 'task' | 'absoluteEndAt'>;

/** What a session asks for. */
export interface TokenAsk {
  readonly audience: string;
  readonly scopes: ScopeSet;
  /** Seconds; zero takes what the grants give. */
  readonly lifetimeSeconds: number;
}

/** What policy lets it have. */
export interface TokenGrant {
  readonly resource: Resource;
  readonly scopes: ScopeSet;
  /** Unix seconds; never beyond the absolute end of any session of the path. */
  readonly expiresAt: number;
}

/** Seconds that a token of a `bestEffort` resource lives at most: its verifiers may be behind. */
export const bestEffortLifetimeSecondsMax = 60;

/**
 * Decides by today's policy along the whole path, root first (law 1): every session of it must itself
 * be allowed what is asked, by the grants of its workload and by its task, each delegation must be one
 * that policy still allows, and the shortest life wins. Nothing is narrowed in silence: what is not
 * granted is refused by name.
 */
export function decide(
  registry: Registry,
  path: readonly PathSession[],
  ask: TokenAsk,
  now: Instant,
): Result<TokenGrant, Denial> {
  const own = path.at(-1);
  if (own === undefined) return refuse({ reason: 'session_unknown' });
  const resource = registry.resourceByAudience.get(ask.audience);
  if (resource === undefined)
    return refuse({ reason: 'resource_unknown', detail: { presented: ask.audience } });
  let lifetimeMax =
    resource.strictness === 'strict' ? Number.MAX_SAFE_INTEGER : bestEffortLifetimeSecondsMax;
  for (const session of path) {
    const allowed = allowedBy(registry, session, resource, ask.scopes);
    if (!allowed.ok) return allowed;
    lifetimeMax = Math.min(lifetimeMax, allowed.value);
  }
  const fault = delegationFault(registry, path);
  if (fault !== undefined) return refuse(fault);
  const lifetime = lifetimeOf(ask.lifetimeSeconds, lifetimeMax);
  if (!lifetime.ok)
    return refuse({
      ...lifetime.error,
      detail: { ...lifetime.error.detail, workload: own.name, resource: resource.name },
    });
  const pathEnd = Math.min(...path.map((session) => unixSeconds(session.absoluteEndAt)));
  const expiresAt = Math.min(unixSeconds(plusSeconds(now, lifetime.value)), pathEnd);
  // In the last second of a session no whole one is left.
  if (expiresAt <= unixSeconds(now)) return refuse({ reason: 'session_expired' });
  return ok({ resource, scopes: ask.scopes, expiresAt });
}

/** The longest life that the grants of one session give to what is asked, within its task. */
function allowedBy(
  registry: Registry,
  session: PathSession,
  resource: Resource,
  scopes: ScopeSet,
): Result<number, Denial> {
  const workload = workloadOf(registry, session);
  if (workload === undefined)
    return refuse({ reason: 'workload_not_registered', detail: { name: session.name } });
  const about = { workload: workload.name, resource: resource.name, presented: scopes.join(' ') };
  const grants = workload.grants.filter((grant) => grant.resource === resource.name);
  if (grants.length === 0) return refuse({ reason: 'resource_not_granted', detail: about });
  const granted = grants.flatMap((grant) => grant.scopes);
  const missing = firstScopeMissing(scopes, granted);
  if (missing !== undefined) {
    const detail = { ...about, scope: missing };
    return refuse({ reason: 'scope_not_granted', missingScope: missing, detail });
  }
  const outside = firstScopeMissing(scopes, scopesOfTask(session.task, resource.name) ?? granted);
  if (outside !== undefined) {
    const task = scopesOfTask(session.task, resource.name)?.join(' ') ?? '';
    const detail = { ...about, scope: outside, task };
    return refuse({ reason: 'scope_not_in_task', missingScope: outside, detail });
  }
  const lifetime = lifetimeOfGrants(grants, scopes);
  return lifetime.ok ? lifetime : refuse({ ...lifetime.error, detail: about });
}

/** Each scope takes the longest-living grant that needs no approval; the shortest of these wins. */
function lifetimeOfGrants(grants: readonly Grant[], scopes: ScopeSet): Result<number, Denial> {
  let shortest = Number.MAX_SAFE_INTEGER;
  for (const scope of scopes) {
    const open = grants.filter(
      (grant) => grant.approval === 'none' && grant.scopes.includes(scope),
    );
    if (open.length === 0) return refuse({ reason: 'approval_required', missingScope: scope });
    shortest = Math.min(shortest, Math.max(...open.map((grant) => grant.lifetimeSeconds)));
  }
  return ok(shortest);
}

function lifetimeOf(asked: number, most: number): Result<number, Denial> {
  if (asked === 0) return ok(most);
  if (asked < tokenLifetimeSecondsMin || asked > most) {
    return refuse({ reason: 'lifetime_not_allowed', detail: { presented: asked, most } });
  }
  return ok(asked);
}
