import { parseScopes, uriCharsMax } from '@creance/proto';
import type { Task as WireTask } from '@creance/proto/wire';
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
  return { grants: (grants ?? []).map(wireGrantOf), lifetimeSeconds: lifetimeSeconds ?? 0 };
}

function wireGrantOf({ audience, scopes }: TaskGrant): WireTask['grants'][number] {
  const parsed = parseScopes(scopes);
  const isNamed = typeof audience === 'string' && audience !== '' && audience.length <= uriCharsMax;
  if (!isNamed || !parsed.ok) throw refusedBeforehand('task_malformed');
  return { audience, scopes: [...parsed.value] };
}

function isLifetime(seconds: number | undefined): boolean {
  if (seconds === undefined) return true;
  return Number.isSafeInteger(seconds) && seconds > 0 && seconds <= uint32Max;
}
