import {
  canonicalDestination,
  type DestinationKind,
  destinationKinds,
  parseScopes,
  uriCharsMax,
} from '@creance/proto';
import type { DestinationKind as WireDestinationKind, Task as WireTask } from '@creance/proto/wire';
import { refusedBeforehand } from '../errors/local.js';
import { limits } from '../limits.js';

/**
 * What a session is for. It narrows what the session, and every session below it, may ask for, beyond
 * what policy and the parent allow; it never widens.
 */
export interface Task {
  /** The only resources and scopes that may be asked for, 1 to 16; when absent, what the parent may. */
  readonly grants?: readonly TaskGrant[] | undefined;
  /** Seconds until the session ends whatever happens; when absent, at the parent's end. */
  readonly lifetimeSeconds?: number | undefined;
}

/** One resource of a task. */
export interface TaskGrant {
  /** The audience of a registered resource, exactly as registered. */
  readonly audience: string;
  /** 1 to 32 scopes, in any order, without duplicates. */
  readonly scopes: readonly string[];
  /**
   * What the session is for at this resource, 1 to 64, in all resources together 128; when absent, what the
   * sessions above say. An action at another destination weighs against the session. Below a session that
   * names some, only those may be named. The broker keeps hashes and no more.
   */
  readonly destinations?: readonly Destination[] | undefined;
}

/** Something that actions may be aimed at: a recipient, a table, a package. */
export interface Destination {
  readonly kind: DestinationKind;
  /** In any form of its kind, at most 512 characters, without marks that hide or reorder text. */
  readonly value: string;
}

const uint32Max = 2 ** 32 - 1;

/** Puts a task into its wire form; throws a typed error for one that the broker would refuse in any case. */
export function wireTaskOf(task: Task | undefined): WireTask | undefined {
  if (task === undefined) return undefined;
  const { grants, lifetimeSeconds } = task;
  const isNamed = grants === undefined || (grants.length > 0 && grants.length <= limits.taskGrants);
  // On the wire no grants mean all of them: an empty list here must not say the opposite of what it says.
  if (!isNamed || !isLifetime(lifetimeSeconds)) throw refusedBeforehand('task_malformed');
  if (new Set(grants?.map(({ audience }) => audience)).size !== (grants?.length ?? 0))
    throw refusedBeforehand('task_malformed');
  const inAll = grants?.reduce((sum, each) => sum + (each.destinations?.length ?? 0), 0) ?? 0;
  if (inAll > limits.taskDestinations) throw refusedBeforehand('task_malformed');
  return { grants: (grants ?? []).map(wireGrantOf), lifetimeSeconds: lifetimeSeconds ?? 0 };
}

function wireGrantOf({ audience, scopes, destinations }: TaskGrant): WireTask['grants'][number] {
  const parsed = parseScopes(scopes);
  const isNamed = typeof audience === 'string' && audience !== '' && audience.length <= uriCharsMax;
  if (!isNamed || !parsed.ok) throw refusedBeforehand('task_malformed');
  return { audience, scopes: [...parsed.value], destinations: wireDestinationsOf(destinations) };
}

/** On the wire none leave what stands above: here too an empty list must not say the opposite. */
function wireDestinationsOf(
  destinations: readonly Destination[] | undefined,
): WireTask['grants'][number]['destinations'] {
  if (destinations === undefined) return [];
  const isNamed =
    Array.isArray(destinations) &&
    destinations.length > 0 &&
    destinations.length <= limits.taskGrantDestinations;
  if (!isNamed || !destinations.every(isDestination)) throw refusedBeforehand('task_malformed');
  return destinations.map(({ kind, value }) => ({
    kind: (destinationKinds.indexOf(kind) + 1) as WireDestinationKind,
    value,
  }));
}

function isDestination({ kind, value }: Destination): boolean {
  return (
    destinationKinds.includes(kind) &&
    typeof value === 'string' &&
    canonicalDestination(kind, value).ok
  );
}

function isLifetime(seconds: number | undefined): boolean {
  if (seconds === undefined) return true;
  return Number.isSafeInteger(seconds) && seconds > 0 && seconds <= uint32Max;
}
