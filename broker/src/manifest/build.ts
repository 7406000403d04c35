import { parseScope, parseScopes, type Scope, type ScopeSet } from '@creance/proto';
import type { Operator, Owner, Registry, Resource, Workload } from '../domain/registry.js';
import type { Manifest, ManifestResource, ManifestWorkload } from './schema.js';

/** Makes the frozen registry of a manifest in which nothing is wrong. */
export function buildRegistry(manifest: Manifest): Registry {
  const resources = Object.entries(manifest.resources).map(buildResource);
  return Object.freeze({
    issuer: manifest.issuer,
    owners: byName(Object.entries(manifest.owners).map(buildOwner)),
    resources: byName(resources),
    resourceByAudience: frozenMap(resources.map((one) => [one.audience, one])),
    workloads: byName(Object.entries(manifest.workloads).map(buildWorkload)),
    operators: byName(Object.entries(manifest.operators).map(buildOperator)),
  });
}

function buildOwner([name, { contact, escalation }]: [string, Manifest['owners'][string]]): Owner {
  return Object.freeze({ name, contact, escalation });
}

function buildResource([name, resource]: [string, ManifestResource]): Resource {
  const scopes = Object.entries(resource.scopes).map(
    ([scope, { access }]): [Scope, { readonly access: typeof access }] => [
      checked(parseScope(scope)),
      Object.freeze({ access }),
    ],
  );
  const { audience, strictness, maxStaleSeconds } = resource;
  return Object.freeze({ name, audience, scopes: frozenMap(scopes), strictness, maxStaleSeconds });
}

function buildWorkload([name, workload]: [string, ManifestWorkload]): Workload {
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
    responses: Object.freeze({ onForeignKey: responses.onForeignKey }),
  });
}

function buildOperator([name, { roles }]: [string, Manifest['operators'][string]]): Operator {
  return Object.freeze({ name, roles: frozenSet(roles) });
}

function scopeSet(words: readonly string[]): ScopeSet {
  const parsed = parseScopes(words);
  return Object.freeze(checked(parsed.ok ? parsed.value : undefined));
}

/** The schema and the rules have refused what is not there; if not, the broker must not start. */
function checked<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('the manifest was accepted with a malformed scope');
  return value;
}

function byName<T extends { readonly name: string }>(
  entries: readonly T[],
): ReadonlyMap<string, T> {
  return frozenMap(entries.map((entry) => [entry.name, entry]));
}

function refuseChange(): never {
  throw new TypeError('the registry is frozen');
}

/** `Object.freeze` does not reach what a Map or Set holds: its changing methods are replaced. */
function frozen<T extends object>(collection: T, changes: readonly string[]): T {
  for (const name of changes) Object.defineProperty(collection, name, { value: refuseChange });
  return Object.freeze(collection);
}

function frozenMap<K, V>(entries: Iterable<readonly [K, V]>): ReadonlyMap<K, V> {
  return frozen(new Map(entries), ['set', 'delete', 'clear']);
}

function frozenSet<T>(items: Iterable<T>): ReadonlySet<T> {
  return frozen(new Set(items), ['add', 'delete', 'clear']);
}
