import { canonicalDestination, type DestinationKind, destinationKinds } from '@creance/proto';
import { z } from 'zod';
import type { OnForeignKey, WatchMode, WatchRule } from '../domain/registry.js';
import type { Sensitivity } from '../domain/sensitivity.js';
import { manifestBounds } from './bounds.js';
import { always, coded, countOf } from './checks.js';
import { isAction, isName } from './name.js';

/** What a workload does, as it is written. */
export interface ManifestPace {
  turnsPerMinute?: number | undefined;
  burst?: number | undefined;
  fanout?: number | undefined;
  systems?: string[] | undefined;
  transitions?: string[][] | undefined;
  destinations?: ManifestDestination[] | undefined;
}

/** Something that actions may be aimed at, in plain words. */
export interface ManifestDestination {
  resource: string;
  kind: DestinationKind;
  value: string;
}

/** What answers a theft or the suspicion of one, as it is written. */
export interface ManifestResponses {
  onForeignKey: OnForeignKey;
  mode: WatchMode;
  rules: { [Rule in WatchRule]?: WatchMode | undefined };
}

const modes = ['shadow', 'alert', 'enforce'] as const;
const mode = z.enum(modes).optional();

/** A map with known keys and not a record, so that a misspelt rule is told which it may have meant. */
const rules = z.strictObject({
  pace: mode,
  chain: mode,
  breadth: mode,
  destination: mode,
  fanout: mode,
  denials: mode,
  origin: mode,
  upstream: mode,
  fanin: mode,
  envelope: mode,
  canary: mode,
} satisfies Record<WatchRule, typeof mode>);

/** What a workload that says nothing is answered with. */
export const responsesDefault: ManifestResponses = {
  onForeignKey: 'token',
  mode: 'enforce',
  rules: {},
};

/** What answers a theft or the suspicion of one. */
export const responsesSchema: z.ZodType<ManifestResponses> = z.strictObject({
  onForeignKey: z.enum(['token', 'session', 'tree']).default(responsesDefault.onForeignKey),
  mode: z.enum(modes).default(responsesDefault.mode),
  rules: rules.default({}),
});

const sensitivities = [
  'read',
  'probe',
  'auth',
  'write',
  'bulk_read',
  'write_admin',
  'evidence_removal',
] as const satisfies readonly Sensitivity[];

/** How much the actions of a resource can do. */
export const actionsSchema: z.ZodType<Record<string, Sensitivity>> = z
  .record(z.string().refine(isAction, coded('action_malformed')), z.enum(sensitivities))
  .refine((map) => countOf(map) <= manifestBounds.actionsPerResource, always('entries_too_many'));

const system = z.string().refine(isName, coded('name_malformed'));

/** One destination: it must have a canonical form, or nothing would ever match it. */
const destination = z
  .strictObject({ resource: system, kind: z.enum(destinationKinds), value: z.string() })
  .refine(({ kind, value }) => canonicalDestination(kind, value).ok, {
    error: 'destination_malformed',
    path: ['value'],
  });

const transition = z
  .array(z.string())
  .refine((steps) => steps.length === 2, coded('transition_malformed'));

/** What a workload does. An empty list would forbid everything, and an empty map says nothing. */
export const paceSchema: z.ZodType<ManifestPace> = z
  .strictObject({
    turnsPerMinute: z.int().min(1).max(manifestBounds.turnsPerMinute).optional(),
    burst: z.int().min(1).max(manifestBounds.burst).optional(),
    fanout: z.int().min(1).max(manifestBounds.fanout).optional(),
    systems: z.array(system).min(1).max(manifestBounds.systemsPerPace).optional(),
    transitions: z.array(transition).min(1).max(manifestBounds.transitionsPerPace).optional(),
    destinations: z.array(destination).min(1).max(manifestBounds.destinationsPerPace).optional(),
  })
  .refine((pace) => countOf(pace) > 0, {
    ...coded('entries_none'),
    // A misspelt key is not there, and is named already.
    when: ({ issues }) => issues.length === 0,
  });
