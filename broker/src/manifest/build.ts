import { parseScope, parseScopes, type Scope, type ScopeSet } from '@creance/proto';
import type { HashDestination } from '../domain/destination.js';
import type {
  Operator,
  Owner,
  Registry,
  Resource,
  ResourceScope,
  Workload,
} from '../domain/registry.js';
import { buildPace, buildResponses } from './build-watch.js';
import { checked, frozenMap, frozenSet } from './frozen.js';
import type { Manifest, ManifestResource, ManifestWorkload } from './schema.js';

/**
 * Makes the frozen registry of a manifest in which nothing is wrong. Declared destinations go through
 * `hash` and are in it as hashes only.
 */
export function buildRegistry(manifest: Manifest, hash: HashDestination): Registry {
  const workloads = Object.entries(manifest.workloads);
  const resources = Object.entries(manifest.resources).map(buildResource);
  return Object.freeze({
    issuer: manifest.issuer,
    owners: byName(Object.entries(manifest.owners).map(buildOwner)),
    resources: byName(resources),
    resourceByAudience: frozenMap(resources.map((one) => [one.audience, one])),
    workloads: byName(workloads.map((entry) => buildWorkload(entry, hash))),
    operators: byName(Object.entries(manifest.operators).map(buildOperator)),
    hashDestination: hash,
  });
}

function buildOwner([name, owner]: [string, Manifest['owners'][string]]): Owner {
  const { contact, escalation, notify } = owner;
  const receivers = {
    contact: notify.contact && Object.freeze(notify.contact),
    escalation: notify.escalation && Object.freeze(notify.escalation),
  };
  return Object.freeze({ name, contact, escalation, notify: Object.freeze(receivers) });
}

function buildResource([name, resource]: [string, ManifestResource]): Resource {
  const scopes = Object.entries(resource.scopes).map(
    ([scope, { access, canary }]): [Scope, ResourceScope] => [
      checked(parseScope(scope)),
      Object.freeze({ access, canary }),
    ],
  );
  const { audience, strictness, maxStaleSeconds, canary } = resource;
  return Object.freeze({
    name,
    audience,
    scopes: frozenMap(scopes),
    strictness,
    maxStaleSeconds,
    canary,
    actions: frozenMap(Object.entries(resource.actions)),
  });
}

function buildWorkload(
  [name, workload]: [string, ManifestWorkload],
  hash: HashDestination,
): Workload {
  const grants = workload.grants.map(({ resource, scopes, lifetimeSeconds, approval }) =>
    Object.freeze({ resource, scopes: scopeSet(scopes), lifetimeSeconds, approval }),
  );
  const { owner, class: kind, delegation, responses } = workload;
  return Object.freeze({
    name,
    owner,
    class: kind,
    grants: Object.freeze(grants),
    delegation: Object.freeze({ depth: delegation.depth, to: frozenSet(delegation.to) }),
    pace: workload.pace && buildPace(workload.pace, hash),
    responses: buildResponses(responses),
  });
}

function buildOperator([name, { roles }]: [string, Manifest['operators'][string]]): Operator {
  return Object.freeze({ name, roles: frozenSet(roles) });
}

function scopeSet(words: readonly string[]): ScopeSet {
  const parsed = parseScopes(words);
  return Object.freeze(checked(parsed.ok ? parsed.value : undefined));
}

function byName<T extends { readonly name: string }>(
  entries: readonly T[],
): ReadonlyMap<string, T> {
  return frozenMap(entries.map((entry) => [entry.name, entry]));
}
