import type { Scope } from '@creance/proto';
import { nearest } from './nearest.js';
import type { KeptRefusal } from './refusal.js';
import { fact, listed, type WordsOf, type WordsTable } from './refusal-wording.js';
import type { Grant, Registry, Resource, Workload } from './registry.js';

const planned = 'look at creance plan first: it widens';

/** Bait is never suggested: a fix is passed on to whoever was refused (law 10). */
const resourceUnknown: WordsOf = ({ facts }, registry) => {
  const presented = fact(facts, 'presented');
  const open = [...registry.resources.values()].filter(({ canary }) => !canary);
  const audiences = open.map((each) => each.audience);
  const close = nearest(presented, audiences);
  const named = nearest(
    presented,
    open.map(({ name }) => name),
  );
  const resource = close === undefined ? registry.resources.get(named ?? '') : undefined;
  const audience = close ?? resource?.audience;
  return {
    nearest:
      audience === undefined
        ? `audiences: ${listed(audiences)}`
        : `audience ${audience} of the resource ${nameOf(registry, audience)}`,
    missing: 'a resource with this audience',
    ...(audience !== undefined && {
      fix: `ask for the audience ${audience}, or register the other one under resources in the manifest`,
    }),
  };
};

const resourceNotGranted: WordsOf = ({ facts }, registry) => {
  const [workload, resource] = [fact(facts, 'workload'), fact(facts, 'resource')];
  const grants = registry.workloads.get(workload)?.grants ?? [];
  return {
    presented: `${fact(facts, 'presented')} at ${resource}`,
    nearest: `workloads.${workload}.grants: ${listed(new Set(grants.map((grant) => grant.resource)))}`,
    missing: `a grant for ${resource}`,
    fix: `add a grant with resource: ${resource} at workloads.${workload}.grants; ${planned}`,
  };
};

const scopeNotGranted: WordsOf = (refusal, registry) => {
  const { workload, resource, scope } = named(refusal);
  const place = `workloads.${workload}.grants`;
  const scopes = grantsOf(registry.workloads.get(workload), resource).flatMap(
    (grant) => grant.scopes,
  );
  return {
    presented: presentedAt(refusal),
    nearest: `${place}, resource ${resource}: ${listed(scopes)}`,
    missing: scope,
    fix: scopeFix(registry.resources.get(resource), scope, place),
  };
};

/** A scope that the resource does not have is a slip; one that it has must be granted. */
function scopeFix(resource: Resource | undefined, scope: string, place: string): string {
  if (resource?.scopes.get(scope as Scope)?.canary === true)
    return `${scope} is bait, which nobody may be granted: see creance explain with the session`;
  if (resource === undefined || resource.scopes.has(scope as Scope))
    return `ask for less, or add ${scope} to the grant of ${resource?.name ?? 'the resource'} at ${place}; ${planned}`;
  const open = [...resource.scopes].filter(([, { canary }]) => !canary);
  const close = nearest(
    scope,
    open.map(([name]) => name),
  );
  const meant = close === undefined ? '' : `; did you mean ${close}?`;
  return `the resource ${resource.name} has no scope ${scope}${meant}`;
}

const scopeNotInTask: WordsOf = (refusal) => {
  const { workload, resource, scope } = named(refusal);
  return {
    presented: presentedAt(refusal),
    nearest: `the task of ${workload} at ${resource}: ${fact(refusal.facts, 'task') || 'nothing'}`,
    missing: `${scope} in the task`,
    fix: `open the session for a task that names ${scope}; a task never widens while it runs`,
  };
};

const approvalRequired: WordsOf = (refusal, registry) => {
  const { workload, resource, scope } = named(refusal);
  const grants = grantsOf(registry.workloads.get(workload), resource);
  const open = grants
    .filter(({ approval }) => approval === 'none')
    .flatMap((grant) => grant.scopes);
  return {
    presented: presentedAt(refusal),
    nearest: `without an approval at ${resource}: ${listed(open)}`,
    missing: `an approval for ${scope}`,
    fix: `nobody can approve yet: take approval: required out of the grant of ${scope} at workloads.${workload}.grants (${planned}), or ask for a scope without it`,
  };
};

const lifetimeNotAllowed: WordsOf = ({ facts }) => ({
  presented: `${fact(facts, 'presented')} s`,
  nearest: `15 to ${fact(facts, 'most')} s`,
  missing: 'a lifetime within it',
  fix: `ask for at most ${fact(facts, 'most')} s, or raise lifetimeSeconds at workloads.${fact(facts, 'workload')}.grants`,
});

/** The refusal within is explained as itself. */
const taskNotAllowed: WordsOf = (refusal, registry) => {
  const because = fact(refusal.facts, 'because') as KeptRefusal['reason'];
  if (because === 'task_not_allowed') return {};
  const inner = policyWords[because]?.({ ...refusal, reason: because }, registry) ?? {};
  return { ...inner, missing: `${inner.missing ?? because} (${because} by the task)` };
};

const destinationNotInTask: WordsOf = ({ facts }) => ({
  presented: `a destination of the kind ${fact(facts, 'kind')} at ${fact(facts, 'resource')}; the broker keeps no destination in plain words`,
  nearest: `the destinations that the task above declares at ${fact(facts, 'resource')}`,
  missing: 'the destination in the task of the session above',
});

const delegationNotGranted: WordsOf = ({ facts }, registry) => {
  const [parent, child] = [fact(facts, 'parent'), fact(facts, 'child')];
  const to = registry.workloads.get(parent)?.delegation.to ?? [];
  const isKnown = registry.workloads.has(child);
  const close = isKnown ? undefined : nearest(child, registry.workloads.keys());
  return {
    presented: `a child of ${child} below ${parent}`,
    nearest: `workloads.${parent}.delegation.to: ${listed(to)}`,
    missing: isKnown ? child : `the workload ${child}`,
    fix: isKnown
      ? `add ${child} at workloads.${parent}.delegation.to, with a depth; ${planned}`
      : `register ${child} in the manifest${close === undefined ? '' : `, or did you mean ${close}?`}`,
  };
};

const delegationTooDeep: WordsOf = ({ facts }) => ({
  presented: `${fact(facts, 'depth')} sessions in a path`,
  nearest: `at most ${fact(facts, 'most')} by delegation.depth of a workload above`,
  missing: 'depth',
});

const roleMissing: WordsOf = ({ facts }) => {
  const [name, role] = [fact(facts, 'name'), fact(facts, 'role')];
  return {
    presented: fact(facts, 'presented') || 'no role',
    nearest: `operators.${name}.roles: ${fact(facts, 'presented') || 'none'}`,
    missing: `the role ${role}`,
    fix: `add ${role} at operators.${name}.roles; ${planned}`,
  };
};

/** Rows of what policy refuses. */
export const policyWords: WordsTable = {
  resource_unknown: resourceUnknown,
  resource_not_granted: resourceNotGranted,
  scope_not_granted: scopeNotGranted,
  scope_not_in_task: scopeNotInTask,
  approval_required: approvalRequired,
  lifetime_not_allowed: lifetimeNotAllowed,
  task_not_allowed: taskNotAllowed,
  destination_not_in_task: destinationNotInTask,
  delegation_not_granted: delegationNotGranted,
  delegation_too_deep: delegationTooDeep,
  operator_role_missing: roleMissing,
};

function named({ facts }: KeptRefusal) {
  const scope = fact(facts, 'scope') || fact(facts, 'missingScope');
  return { workload: fact(facts, 'workload'), resource: fact(facts, 'resource'), scope };
}

function presentedAt({ facts }: KeptRefusal): string {
  return `${fact(facts, 'presented')} at ${fact(facts, 'resource')}`;
}

function grantsOf(workload: Workload | undefined, resource: string): readonly Grant[] {
  return (workload?.grants ?? []).filter((grant) => grant.resource === resource);
}

function nameOf(registry: Registry, audience: string): string {
  return registry.resourceByAudience.get(audience)?.name ?? '';
}
