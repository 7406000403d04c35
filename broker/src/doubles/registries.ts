import type { Scope } from '@creance/proto';
import type {
  Grant,
  Operator,
  Registry,
  Resource,
  Responses,
  Workload,
} from '../domain/registry.js';
import { destinationKeys } from './destinations.js';
import { scopesOf } from './ids.js';

/** For tests: a strict resource `crm`, but for what is named. */
export function resourceOf(parts: Partial<Resource> = {}): Resource {
  const name = parts.name ?? 'crm';
  const scopes = ['contacts:read', 'contacts:export'] as Scope[];
  return {
    name,
    audience: `https://${name}.example.internal`,
    scopes: new Map(scopes.map((scope) => [scope, { access: 'read', canary: false }])),
    strictness: 'strict',
    maxStaleSeconds: 10,
    canary: false,
    actions: new Map(),
    ...parts,
  };
}

/** For tests: leave to read contacts at `crm` for 300 s, but for what is named. */
export function grantOf(parts: Partial<Grant> = {}): Grant {
  return {
    resource: 'crm',
    scopes: scopesOf('contacts:read'),
    lifetimeSeconds: 300,
    approval: 'none',
    ...parts,
  };
}

/** For tests: the responses of a manifest that says nothing of them, but for what is named. */
export function responsesOf(parts: Partial<Responses> = {}): Responses {
  return {
    onForeignKey: 'token',
    mode: 'enforce',
    rules: new Map(),
    ...parts,
  };
}

/** For tests: the workload `support-triage` with one grant, but for what is named. */
export function workloadOf(parts: Partial<Workload> = {}): Workload {
  return {
    name: 'support-triage',
    owner: 'support-platform',
    class: 'agent',
    grants: [grantOf()],
    delegation: { depth: 0, to: new Set() },
    pace: undefined,
    responses: responsesOf(),
    ...parts,
  };
}

/** For tests: a registry of these, or of one resource and one workload. */
export function registryOf(
  parts: {
    readonly resources?: readonly Resource[];
    readonly workloads?: readonly Workload[];
    readonly operators?: readonly Operator[];
  } = {},
): Registry {
  const { resources = [resourceOf()], workloads = [workloadOf()], operators = [] } = parts;
  const owner = {
    name: 'support-platform',
    contact: 'a@example.com',
    escalation: undefined,
    notify: { contact: undefined, escalation: undefined },
  };
  return {
    issuer: 'https://creance.example.internal',
    owners: new Map([[owner.name, owner]]),
    resources: new Map(resources.map((each) => [each.name, each])),
    resourceByAudience: new Map(resources.map((each) => [each.audience, each])),
    workloads: new Map(workloads.map((each) => [each.name, each])),
    operators: new Map(operators.map((each) => [each.name, each])),
    hashDestination: destinationKeys.hash,
  };
}
