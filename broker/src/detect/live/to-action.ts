import type { Sighting } from '../../domain/action.js';
import type { Resource } from '../../domain/registry.js';
import type { Sensitivity } from '../../domain/sensitivity.js';
import type { Session } from '../../domain/session.js';
import { destinationsOfTasks } from '../../domain/task.js';
import { guessSensitivity } from '../replay/sensitivity-words.js';
import type { Action, Binding } from '../watch/action.js';
import type { Envelope } from '../watch/envelope.js';

/** What a sighting is held against. */
export interface SightingPlace {
  readonly resource: Resource | undefined;
  readonly envelope: Envelope;
  /** From the root to the session itself. */
  readonly path: readonly Session[];
}

/** The action that a sighting is of. What the broker knows better than the witness it says itself. */
export function actionOf(sighting: Sighting, place: SightingPlace): Action {
  const { resource, action, refusal, destinations } = sighting;
  const isStrong = sighting.strength === 'strong';
  return {
    atMillis: sighting.at / 1_000,
    resource,
    name: action,
    sensitivity: sensitivityOf(place.resource, action),
    denied: sighting.outcome === 'refused',
    destinations,
    isDeclared: isDeclared(sighting, place),
    network: isStrong && sighting.vantage.origin ? sighting.network : undefined,
    client: isStrong && sighting.vantage.origin ? sighting.client : undefined,
    binding: isStrong ? bindingOf(sighting, refusal) : undefined,
    device: undefined,
    isStrong,
  };
}

/** As it is registered; what its name says when it is not. */
function sensitivityOf(resource: Resource | undefined, action: string): Sensitivity {
  return resource?.actions.get(action) ?? guessSensitivity(action);
}

/** Whether task and the workload's own pace name all of them; undefined when neither names any. */
function isDeclared(
  { resource, destinations }: Sighting,
  { path, envelope }: SightingPlace,
): boolean | undefined {
  if (destinations.length === 0) return undefined;
  const tasks = path.map(({ task }) => task);
  // A child's set lies within those above it, so that the lowest one says it all.
  const named = destinationsOfTasks(tasks, resource);
  const byTask = named && destinations.every((one) => named.includes(one));
  const byPace = envelope.declares(resource, destinations);
  if (byTask === undefined || byPace === undefined) return byTask ?? byPace;
  return byTask && byPace;
}

/** A verifier lets nobody in without a proof by the token's key; it says what else it has refused. */
function bindingOf({ outcome }: Sighting, refusal: string | undefined): Binding | undefined {
  if (outcome === 'allowed') return 'bound';
  if (refusal === 'proof_wrong_key') return 'other';
  return refusal === 'proof_missing' ? 'none' : undefined;
}
