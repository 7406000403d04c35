import type { Workload } from '../../domain/registry.js';
import type { Action } from '../watch/action.js';
import { actionOf, type Incident, type RecordedEvent } from './recorded.js';
import { timesOf } from './session-times.js';

/** One action of history, and whether it was an attacker's: that is for the summary, never for a score. */
export interface RecordedAction {
  readonly action: Action;
  readonly actor: string;
  /** Undefined when the file does not say it. */
  readonly kind: Workload['class'] | undefined;
  readonly isAttack: boolean;
  /** Place in the file's session or incident. */
  readonly at: number;
}

/** A session of history: of one actor, or an incident's whole tree. */
export interface RecordedSession {
  readonly id: string;
  readonly dataset: string;
  readonly label: 'attack' | 'benign' | 'unknown';
  readonly attackKind: string | undefined;
  readonly actions: readonly RecordedAction[];
  /** What forms the profile before: an incident's events up to the first of the attacker. */
  readonly before: readonly RecordedAction[];
}

/** The session that some events of a log are. */
export function sessionOf(group: readonly RecordedEvent[]): RecordedSession {
  const first = group[0] as RecordedEvent;
  const times = timesOf(group);
  return {
    id: first.session,
    dataset: first.dataset,
    label: labelOf(group),
    attackKind: attackKindOf(group),
    actions: group.map((event, at) => ({
      action: actionOf(event, event.dest ?? [], times[at]),
      actor: event.actor,
      kind: event.class ?? undefined,
      isAttack: event.label === 'attack',
      at,
    })),
    before: [],
  };
}

/** An incident as one session, split at the first event of the attacker; a control at its half. */
export function sessionOfIncident({ id, label, events }: Incident): RecordedSession {
  const first = events.findIndex(({ who }) => who === 'attacker');
  const times = timesOf(events);
  const split = first < 0 ? Math.floor(events.length / 2) : first;
  const actions = events.map((event, at) => ({
    action: actionOf(event, event.destination ? [event.destination] : [], times[at]),
    actor: event.actor,
    kind: event.class ?? undefined,
    isAttack: event.who === 'attacker',
    at,
  }));
  return {
    id,
    dataset: 'incident',
    label: label === 'attack' ? 'attack' : 'benign',
    attackKind: label === 'attack' ? id : undefined,
    actions: actions.slice(split),
    before: actions.slice(0, split),
  };
}

function labelOf(group: readonly RecordedEvent[]): RecordedSession['label'] {
  if (group.some(({ label }) => label === 'attack')) return 'attack';
  return group.every(({ label }) => label === 'benign') ? 'benign' : 'unknown';
}

function attackKindOf(group: readonly RecordedEvent[]): string | undefined {
  const attack = group.find(({ label }) => label === 'attack');
  return (attack ?? group.at(-1))?.attack_kind ?? undefined;
}
