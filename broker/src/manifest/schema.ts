import {
  scopesMax,
  tokenLifetimeSecondsDefault,
  tokenLifetimeSecondsMax,
  tokenLifetimeSecondsMin,
} from '@creance/proto';
import { z } from 'zod';
import { limits } from '../domain/limits.js';
import type { Delegation, Grant, Receiver, Resource, Role, Workload } from '../domain/registry.js';
import type { Sensitivity } from '../domain/sensitivity.js';
import { manifestBounds } from './bounds.js';
import { always, coded, countOf } from './checks.js';
import { isContact, isScope, nameFault, nameForm } from './name.js';
import {
  actionsSchema,
  type ManifestPace,
  type ManifestResponses,
  paceSchema,
  responsesDefault,
  responsesSchema,
} from './schema-watch.js';
import { audienceFault, isIssuer, receiverFault } from './uri.js';

/** Seconds of `maxStaleSeconds`: two heartbeats at least. */
const maxStaleSecondsMin = 2 * limits.heartbeatSeconds;
const maxStaleSecondsMax = 60;

/** A manifest of the right shape, defaults filled in. */
export interface Manifest {
  apiVersion: 'creance/v1';
  issuer?: string | undefined;
  owners: Record<string, ManifestOwner>;
  resources: Record<string, ManifestResource>;
  workloads: Record<string, ManifestWorkload>;
  operators: Record<string, { roles: Role[] }>;
}

/** An owner as it is written. */
export interface ManifestOwner {
  contact: string;
  escalation?: string | undefined;
  notify: { contact?: Receiver | undefined; escalation?: Receiver | undefined };
}

/** A resource as it is written. */
export interface ManifestResource {
  audience: string;
  scopes: Record<string, { access: 'read' | 'write' | 'export' | 'admin'; canary: boolean }>;
  strictness: Resource['strictness'];
  maxStaleSeconds: number;
  canary: boolean;
  actions: Record<string, Sensitivity>;
}

/** A workload as it is written. */
export interface ManifestWorkload {
  owner: string;
  class: Workload['class'];
  evidence: { kind: 'join-token' }[];
  delegation: { depth: Delegation['depth']; to: string[] };
  pace?: ManifestPace | undefined;
  responses: ManifestResponses;
  grants: (Pick<Grant, 'resource' | 'lifetimeSeconds' | 'approval'> & { scopes: string[] })[];
}

const name = z
  .string()
  .refine((text) => nameFault(text) !== 'name_reserved', coded('name_reserved'))
  .regex(nameForm, coded('name_malformed'));
const scope = z.string().refine(isScope, coded('scope_malformed'));
const contact = z
  .string()
  .min(1)
  .max(manifestBounds.contactChars)
  .refine(isContact, coded('contact_malformed'));

const canary = z.boolean().default(false);

const receiver = z.strictObject({
  url: z
    .string()
    .refine((text) => receiverFault(text) !== 'receiver_malformed', coded('receiver_malformed'))
    .refine((text) => receiverFault(text) !== 'receiver_insecure', coded('receiver_insecure')),
  allowPrivate: z.boolean().default(false),
});

const owner = z.strictObject({
  contact,
  escalation: contact.optional(),
  notify: z
    .strictObject({ contact: receiver.optional(), escalation: receiver.optional() })
    .default({}),
});

const resource = z.strictObject({
  audience: z
    .string()
    .refine((text) => audienceFault(text) !== 'audience_malformed', coded('audience_malformed'))
    .refine((text) => audienceFault(text) !== 'audience_insecure', coded('audience_insecure')),
  scopes: z
    .record(scope, z.strictObject({ access: z.enum(['read', 'write', 'export', 'admin']), canary }))
    .refine((map) => countOf(map) > 0, coded('entries_none'))
    .refine((map) => countOf(map) <= manifestBounds.scopesPerResource, always('entries_too_many')),
  strictness: z.enum(['strict', 'bestEffort']).default('strict'),
  maxStaleSeconds: z
    .int()
    .min(maxStaleSecondsMin)
    .max(maxStaleSecondsMax)
    .default(limits.maxStaleSeconds),
  canary,
  actions: actionsSchema.default({}),
});

const grant = z.strictObject({
  resource: name,
  scopes: z.array(scope).min(1).max(scopesMax),
  lifetimeSeconds: z
    .int()
    .min(tokenLifetimeSecondsMin)
    .max(tokenLifetimeSecondsMax)
    .default(tokenLifetimeSecondsDefault),
  approval: z.enum(['none', 'required']).default('none'),
});

/** Both or nothing: a depth without names, or names without a depth, would be silently off. */
const delegation = z.strictObject({
  depth: z
    .int()
    .min(1)
    .max(limits.sessionDepth - 1),
  to: z.array(name).min(1).max(manifestBounds.delegatesPerWorkload),
});

const workload = z.strictObject({
  owner: name,
  class: z.enum(['agent', 'batch', 'human']),
  evidence: z
    .array(z.strictObject({ kind: z.enum(['join-token']) }))
    .min(1)
    .max(manifestBounds.kinds),
  grants: z.array(grant).max(manifestBounds.grantsPerWorkload).default([]),
  delegation: delegation.default({ depth: 0, to: [] }),
  pace: paceSchema.optional(),
  responses: responsesSchema.default(responsesDefault),
});

const operator = z.strictObject({
  roles: z
    .array(z.enum(['viewer', 'registrar', 'policy', 'security', 'keys', 'auditor']))
    .min(1)
    .max(manifestBounds.kinds),
});

/**
 * The one schema of a manifest: its shape, bounds and defaults. What one place says of another, and
 * what development may leave out, is in references.ts, pace.ts and rules.ts.
 */
export const manifestSchema: z.ZodType<Manifest> = z.strictObject({
  apiVersion: z.literal('creance/v1', coded('api_version_unknown')),
  issuer: z.string().refine(isIssuer, coded('issuer_malformed')).optional(),
  owners: z.record(name, owner).default({}),
  resources: z.record(name, resource).default({}),
  workloads: z.record(name, workload).default({}),
  operators: z.record(name, operator).default({}),
});
