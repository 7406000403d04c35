import { boundedText } from './fold.js';
import {
  type Incident,
  type IncidentEvent,
  type RecordedEvent,
  RecordedFault,
  type RecordedFields,
} from './recorded.js';

/** Destinations of one event; what is beyond counts as one more that nobody knows. */
const destinationsMax = 64;
/** Events of one incident. */
const incidentEventsMax = 1_000_000;

const classes = ['agent', 'batch', 'human'] as const;
const witnesses = ['resource', 'agent'] as const;

/** Reads one line of an event log. `where` names it in faults. */
export function parseEvent(where: string, text: string): RecordedEvent {
  const fields = new Fields(where, jsonOf(where, text));
  return {
    ...commonOf(fields),
    dataset: fields.text('dataset') ?? '',
    session: fields.needed('session'),
    label: fields.text('label') ?? 'unknown',
    attack_kind: fields.text('attack_kind'),
    dest: boundedDestinations(fields.texts('dest')),
  };
}

/** Reads the replay of an incident. */
export function parseIncident(where: string, text: string): Incident {
  const whole = new Fields(where, jsonOf(where, text));
  const events = whole.list('events');
  if (events.length === 0) whole.fault('events', 'holds none');
  if (events.length > incidentEventsMax) whole.fault('events', `more than ${incidentEventsMax}`);
  return {
    id: whole.needed('id'),
    label: whole.needed('label'),
    events: events.map((event, at) => incidentEventOf(new Fields(`${where} events[${at}]`, event))),
  };
}

function incidentEventOf(fields: Fields): IncidentEvent {
  return {
    ...commonOf(fields),
    who: fields.needed('who'),
    destination: fields.text('destination'),
  };
}

function commonOf(fields: Fields): RecordedFields {
  return {
    class: fields.oneOf('class', classes),
    key_binding: fields.text('key_binding'),
    sensitivity: fields.text('sensitivity'),
    src_ip: fields.text('src_ip'),
    user_agent: fields.text('user_agent'),
    error: fields.textOrFlag('error'),
    dest_declared: fields.flag('dest_declared'),
    witness: fields.oneOf('witness', witnesses),
    actor: fields.needed('actor'),
    action: fields.needed('action'),
    system: fields.needed('system'),
    t_ms: fields.number('t_ms'),
  };
}

function boundedDestinations(all: readonly string[] | undefined): readonly string[] | undefined {
  if (all === undefined || all.length <= destinationsMax) return all;
  return [...all.slice(0, destinationsMax), `${all.length - destinationsMax} more`];
}

function jsonOf(where: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RecordedFault(`${where}: not JSON`);
  }
}

/** The fields of one object of a file, each of its type or absent; texts are bounded. */
class Fields {
  readonly #where: string;
  readonly #of: Readonly<Record<string, unknown>>;

  constructor(where: string, value: unknown) {
    this.#where = where;
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new RecordedFault(`${where}: not an object`);
    this.#of = value as Record<string, unknown>;
  }

  fault(key: string, what: string): never {
    throw new RecordedFault(`${this.#where}: ${key}: ${what}`);
  }

  text(key: string): string | undefined {
    const value = this.#value(key);
    if (value === undefined) return undefined;
    return typeof value === 'string' ? boundedText(value) : this.fault(key, 'must be text');
  }

  needed(key: string): string {
    return this.text(key) ?? this.fault(key, 'is missing');
  }

  texts(key: string): readonly string[] | undefined {
    const value = this.#value(key);
    if (value === undefined) return undefined;
    return this.list(key).map((one) =>
      typeof one === 'string' ? boundedText(one) : this.fault(key, 'must be a list of texts'),
    );
  }

  list(key: string): readonly unknown[] {
    const value = this.#value(key);
    return Array.isArray(value) ? value : this.fault(key, 'must be a list');
  }

  number(key: string): number | undefined {
    const value = this.#value(key);
    if (value === undefined || typeof value === 'number') return value;
    return this.fault(key, 'must be a number');
  }

  flag(key: string): boolean | undefined {
    const value = this.#value(key);
    if (value === undefined || typeof value === 'boolean') return value;
    return this.fault(key, 'must be true or false');
  }

  textOrFlag(key: string): string | boolean | undefined {
    const value = this.#value(key);
    return typeof value === 'boolean' ? value : this.text(key);
  }

  oneOf<T extends string>(key: string, all: readonly T[]): T | undefined {
    const value = this.#value(key);
    if (value === undefined) return undefined;
    return all.find((one) => one === value) ?? this.fault(key, `must be ${all.join(', ')}`);
  }

  #value(key: string): unknown {
    return this.#of[key] ?? undefined;
  }
}
