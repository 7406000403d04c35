import type { EventKind, Happening, Occurrence } from '../domain/event.js';
import type { Receiver, Registry } from '../domain/registry.js';
import { levels, reaches } from '../domain/risk.js';
import type { ReceiverTarget } from '../store/store.js';

/** A receiver that an event goes to. */
export interface Route {
  readonly owner: string;
  readonly target: ReceiverTarget;
}

/**
 * Which receivers an event goes to, in the order of the owners. An owner's contact gets signals from narrow
 * on, holds, resumes and cuts that concern its workloads; its escalation holds and cuts.
 */
export function routesOf(registry: Registry, occurrence: Occurrence): readonly Route[] {
  const targets = targetsOf(occurrence.what);
  if (targets.length === 0) return [];
  return ownersOf(registry, occurrence).flatMap((owner) =>
    targets
      .filter((target) => receiverOf(registry, { owner, target }) !== undefined)
      .map((target) => ({ owner, target })),
  );
}

/** Where a receiver is, as the manifest of the moment says; undefined when it says nothing. */
export function receiverOf(registry: Registry, { owner, target }: Route): Receiver | undefined {
  return registry.owners.get(owner)?.notify[target];
}

/** Whether anything is pushed to anybody. */
export function hasReceivers({ owners }: Registry): boolean {
  return [...owners.values()].some(({ notify }) => notify.contact ?? notify.escalation);
}

/** Kinds that an escalation gets whether the contact takes them or not. */
export const goesToBoth: ReadonlySet<EventKind> = new Set<EventKind>([
  'held',
  'cut',
  'manifest_applied',
]);

function targetsOf(what: Happening): readonly ReceiverTarget[] {
  switch (what.kind) {
    case 'held':
    case 'cut':
      return ['contact', 'escalation'];
    case 'manifest_applied':
      return what.sessionsEnded > 0 ? ['contact', 'escalation'] : [];
    case 'resumed':
      return ['contact'];
    case 'signal':
      return isFromNarrowOn(what.response) ? ['contact'] : [];
    default:
      return [];
  }
}

/** A response that narrows at least, whatever kept it from more; an alert; the answer to a fact. */
function isFromNarrowOn(response: string): boolean {
  const [done = ''] = response.split(',');
  const level = levels.find((each) => each === done);
  return level === undefined ? done !== 'would have' : reaches(level, 'narrow');
}

function ownersOf(registry: Registry, { owner, reached }: Occurrence): readonly string[] {
  if (reached === undefined) return [...registry.owners.keys()];
  return [...new Set([...(owner === undefined ? [] : [owner]), ...reached.owners])];
}
