import { ok, refuse } from '@creance/proto';
import {
  sessionsToSuggest,
  suggestEnvelope as suggested,
} from '../detect/live/suggest-envelope.js';
import type { WatchedWorkloads } from '../detect/live/watched-workloads.js';
import type { CurrentRegistry } from '../domain/registry.js';
import { writePace } from '../manifest/index.js';
import type { Command } from './call.js';

/** The workload, by name. */
export interface SuggestEnvelopeAsk {
  readonly workload: string;
}

/** A pace for the manifest. */
export interface SuggestEnvelopeAnswer {
  /** The block `pace:`, with what it rests on in comments. */
  readonly yaml: string;
  readonly sessions: number;
  readonly actions: number;
  readonly unusedResources: readonly string[];
  /** Each as `resource scope`. */
  readonly unusedScopes: readonly string[];
}

/** Parts of the verb. */
export interface SuggestEnvelopeParts {
  readonly registry: CurrentRegistry;
  /** What calm sessions have taught, and what they have asked for. */
  readonly workloads: Pick<WatchedWorkloads, 'profiles' | 'asked'>;
}

/**
 * Writes the pace of a workload from what was learned of it. Refuses a workload that the manifest does not
 * hold, and one that fewer than `sessionsToSuggest` calm sessions are known of.
 */
export function suggestEnvelope({
  registry,
  workloads: known,
}: SuggestEnvelopeParts): Command<SuggestEnvelopeAsk, SuggestEnvelopeAnswer> {
  return async ({ workload: name }) => {
    const { workloads, resources } = registry();
    const workload = workloads.get(name);
    if (workload === undefined)
      return refuse({ reason: 'member_unknown', detail: { kind: 'workload', name } });
    const profile = known.profiles().get(name);
    const granted = workload.grants.map(({ resource }) => resource);
    const envelope =
      profile && suggested(profile, granted, known.asked.unasked(workload, sessionsToSuggest));
    if (envelope === undefined) {
      const detail = { workload: name, sessions: profile?.sessions ?? 0 };
      return refuse({ reason: 'profile_too_young', detail });
    }
    const { sessions, actions, unusedResources, unusedScopes } = envelope;
    const yaml = writePace(name, envelope, new Set(resources.keys()));
    return ok({ yaml, sessions, actions, unusedResources, unusedScopes });
  };
}
