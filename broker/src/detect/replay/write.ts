import type { Workload } from '../../domain/registry.js';
import type { Action } from '../watch/action.js';

/** Whose an action was. */
export interface Doer {
  readonly session: string;
  /** Name of the workload. */
  readonly actor: string;
  readonly class: Workload['class'];
  readonly dataset: string;
}

/**
 * One line of an event log, without its end, for what was seen of a live session. Destinations stay the
 * hashes that they are, an address its network: the line names nobody whom the broker does not name.
 */
export function lineOf(action: Action, { session, actor, class: kind, dataset }: Doer): string {
  return JSON.stringify({
    dataset,
    session,
    label: 'unknown',
    attack_kind: null,
    t_ms: action.atMillis ?? null,
    actor,
    class: kind,
    action: action.name,
    system: action.resource,
    sensitivity: action.sensitivity,
    src_ip: action.network === undefined ? null : addressOf(action.network),
    user_agent: action.client ?? null,
    key_binding: bindingOf(action),
    error: action.denied,
    dest: action.destinations,
    dest_declared: action.isDeclared ?? null,
    witness: action.isStrong ? 'resource' : 'agent',
  });
}

/** A network as an address of it: `192.0.2.0` for `192.0.2.0/24`; what is no prefix stays as it is. */
function addressOf(network: string): string {
  return network.replace(/\/(?:24|48)$/, '');
}

function bindingOf({ binding, device }: Action): string | null {
  if (binding === 'bound') return device ?? 'jkt-bound';
  return binding ?? device ?? null;
}
