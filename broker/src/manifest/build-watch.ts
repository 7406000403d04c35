import type { HashDestination } from '../domain/destination.js';
import type { Pace, Responses, WatchMode, WatchRule } from '../domain/registry.js';
import { checked, frozenMap, frozenSet } from './frozen.js';
import type { ManifestDestination, ManifestPace, ManifestResponses } from './schema-watch.js';

/** What a workload does, frozen; what is not declared is undefined. */
export function buildPace(pace: ManifestPace, hash: HashDestination): Pace {
  const { turnsPerMinute, burst, fanout, systems, transitions, destinations } = pace;
  return Object.freeze({
    turnsPerMinute,
    burst,
    fanout,
    systems: systems && frozenSet(systems),
    transitions: transitions && frozenSet(transitions.map((steps) => steps.join('>'))),
    destinations: destinations && hashesOf(destinations, hash),
  });
}

function hashesOf(
  destinations: readonly ManifestDestination[],
  hash: HashDestination,
): ReadonlyMap<string, ReadonlySet<string>> {
  const byResource = new Map<string, string[]>();
  for (const { resource, kind, value } of destinations) {
    const hashed = hash(resource, kind, value);
    const held = byResource.get(resource) ?? [];
    byResource.set(resource, [...held, checked(hashed.ok ? hashed.value : undefined)]);
  }
  return frozenMap([...byResource].map(([resource, hashes]) => [resource, frozenSet(hashes)]));
}

/** What answers a theft or the suspicion of one, frozen. */
export function buildResponses(responses: ManifestResponses): Responses {
  const { onForeignKey, mode } = responses;
  const named = Object.entries(responses.rules) as [WatchRule, WatchMode | undefined][];
  const rules = named.flatMap(([rule, own]): [WatchRule, WatchMode][] =>
    own === undefined ? [] : [[rule, own]],
  );
  return Object.freeze({ onForeignKey, mode, rules: frozenMap(rules) });
}
