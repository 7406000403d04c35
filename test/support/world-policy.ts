import type { Registry } from '../../broker/src/domain/registry.js';
import { scopesOf } from '../../broker/src/doubles/ids.js';
import {
  grantOf,
  registryOf,
  resourceOf,
  workloadOf,
} from '../../broker/src/doubles/registries.js';

/** What one workload may, in plain words that model and world both read. */
export interface WorkloadPolicy {
  readonly owner: string;
  /** At most one a resource. */
  readonly grants: readonly {
    readonly resource: string;
    readonly scopes: readonly string[];
    readonly lifetimeSeconds: number;
  }[];
  /** Levels below a session of it; zero allows none. */
  readonly depth: number;
  /** Workloads that its children may be of. */
  readonly to: readonly string[];
}

/** Workloads by name; one that is not there is not registered. */
export type WorldPolicy = Readonly<Record<string, WorkloadPolicy>>;

/** Resources of the world with all their scopes; the verifier of the world speaks for `crm`. */
export const worldResources: Readonly<Record<string, readonly string[]>> = {
  crm: ['contacts:export', 'contacts:read', 'contacts:write'],
  mail: ['mail:read', 'mail:send'],
};

/** The audience of a resource. */
export function audienceOf(resource: string): string {
  return `https://${resource}.example.internal`;
}

/** The policy that every world begins with. */
export const firstPolicy: WorldPolicy = {
  triage: {
    owner: 'support',
    grants: [
      { resource: 'crm', scopes: ['contacts:read', 'contacts:write'], lifetimeSeconds: 300 },
      { resource: 'mail', scopes: ['mail:send'], lifetimeSeconds: 60 },
    ],
    depth: 7,
    to: ['batch', 'triage', 'writer'],
  },
  writer: {
    owner: 'support',
    grants: [
      { resource: 'crm', scopes: ['contacts:read'], lifetimeSeconds: 900 },
      { resource: 'mail', scopes: ['mail:read', 'mail:send'], lifetimeSeconds: 300 },
    ],
    depth: 3,
    to: ['batch', 'writer'],
  },
  batch: {
    owner: 'platform',
    grants: [
      { resource: 'crm', scopes: ['contacts:export', 'contacts:read'], lifetimeSeconds: 120 },
    ],
    depth: 1,
    to: ['batch', 'triage'],
  },
};

/** The registry of a policy, as the manifest's reader would give it. */
export function registryFor(policy: WorldPolicy): Registry {
  const resources = Object.keys(worldResources).map((name) => resourceOf({ name }));
  const workloads = Object.entries(policy).map(([name, { owner, grants, depth, to }]) =>
    workloadOf({
      name,
      owner,
      grants: grants.map(({ scopes, ...grant }) =>
        grantOf({ ...grant, scopes: scopesOf(...scopes) }),
      ),
      delegation: { depth, to: new Set(to) },
    }),
  );
  return registryOf({ resources, workloads });
}
