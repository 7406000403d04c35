import type { Workload } from '../../domain/registry.js';
import { type Sensitivity, sensitivityWeights } from '../../domain/sensitivity.js';
import type { Action } from '../watch/action.js';
import { clientOf, networkOf, resourceOf } from './fold.js';
import { guessSensitivity } from './sensitivity-words.js';

/** A file that is not in its form: where and what. */
export class RecordedFault extends Error {}

/** What a log's event and an incident's have both. Optional fields are used when there, never required. */
export interface RecordedFields {
  readonly class?: Workload['class'] | null | undefined;
  readonly key_binding?: string | null | undefined;
  readonly sensitivity?: string | null | undefined;
  readonly src_ip?: string | null | undefined;
  readonly user_agent?: string | null | undefined;
  readonly error?: boolean | string | null | undefined;
  readonly dest_declared?: boolean | null | undefined;
  readonly witness?: 'resource' | 'agent' | null | undefined;
  readonly actor: string;
  readonly action: string;
  readonly system: string;
  readonly t_ms?: number | null | undefined;
}

/** One line of an event log. `label` and `attack_kind` are answers: no score reads them. */
export interface RecordedEvent extends RecordedFields {
  readonly dataset: string;
  readonly session: string;
  readonly label: string;
  readonly attack_kind?: string | null | undefined;
  readonly dest?: readonly string[] | null | undefined;
}

/** One event of an incident. `who` is an answer, read for the split only. */
export interface IncidentEvent extends RecordedFields {
  readonly who: string;
  readonly destination?: string | null | undefined;
}

/** A replay of an incident. */
export interface Incident {
  readonly id: string;
  readonly label: string;
  readonly events: readonly IncidentEvent[];
}

/**
 * The action that a recorded event is, at an instant of its session. `label`, `attack_kind`, `session`
 * and `who` are not looked at. History that does not say that the agent alone told it is taken as what a
 * resource's verifier saw.
 */
export function actionOf(
  event: RecordedFields,
  destinations: readonly string[],
  atMillis: number | undefined,
): Action {
  return {
    atMillis,
    resource: resourceOf(event.system),
    name: event.action,
    sensitivity: sensitivityOf(event),
    denied: event.error === true || (typeof event.error === 'string' && event.error !== ''),
    destinations,
    isDeclared: event.dest_declared ?? undefined,
    network: event.src_ip ? networkOf(event.src_ip) : undefined,
    client: event.user_agent ? clientOf(event.user_agent) : undefined,
    ...bindingOf(event.key_binding ?? undefined),
    isStrong: event.witness !== 'agent',
  };
}

function sensitivityOf({ sensitivity, action }: RecordedFields): Sensitivity {
  return sensitivity && Object.hasOwn(sensitivityWeights, sensitivity)
    ? (sensitivity as Sensitivity)
    : guessSensitivity(action);
}

/** `jkt-owner`: proved by the bound key; `none`: no proof; anything else names a device. */
function bindingOf(binding: string | undefined): Pick<Action, 'binding' | 'device'> {
  if (binding === undefined) return { binding: undefined, device: undefined };
  if (binding === 'none' || binding === 'other') return { binding, device: undefined };
  return { binding: binding.startsWith('jkt') ? 'bound' : undefined, device: binding };
}
