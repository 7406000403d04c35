/** One event as the command reads it; made up, so that no data of anybody is needed. */
export interface ChainEvent {
  readonly dataset: string;
  readonly session: string;
  readonly label: 'benign' | 'attack';
  readonly attack_kind: string | null;
  readonly t_ms: number;
  readonly actor: string;
  readonly class: 'agent' | 'batch' | 'human';
  readonly action: string;
  readonly system: string;
  readonly src_ip: string;
  readonly user_agent: string;
  readonly key_binding: 'jkt-owner' | 'none';
  readonly error: boolean;
}

/** How fast a thief works: all at once, by a script, as an agent does, in minutes. */
export type ThiefSpeed = 'burst' | 'script' | 'llm' | 'slow';

/** Where a thief works from: the owner's machine, or his own, without the session's key. */
export type ThiefPlace = 'same' | 'other';

/** Steps of a workload: what may follow what, with weights; the first one begins. */
interface Ways {
  readonly class: ChainEvent['class'];
  /** Logarithm of the seconds between two actions, and its spread. */
  readonly pace: readonly [number, number];
  readonly actions: readonly (readonly [string, string])[];
  /** By action, the indices that follow it; the last one of a list is rare. */
  readonly next: readonly (readonly number[])[];
}

const workloads: Readonly<Record<string, Ways>> = {
  'mail-agent': {
    class: 'agent',
    pace: [Math.log(4.5), 0.6],
    actions: [
      ['mail', 'search_messages'],
      ['mail', 'read_message'],
      ['crm', 'get_contact'],
      ['calendar', 'list_events'],
      ['mail', 'draft_reply'],
    ],
    next: [[1], [2, 3, 1], [4, 3], [4, 1], [0, 1]],
  },
  'nightly-load': {
    class: 'batch',
    pace: [Math.log(0.06), 0.3],
    actions: [
      ['postgres', 'select_rows'],
      ['s3', 'put_object'],
      ['warehouse', 'copy_rows'],
    ],
    next: [[1], [2], [0]],
  },
  'console-person': {
    class: 'human',
    pace: [Math.log(2), 0.8],
    actions: [
      ['console', 'list_instances'],
      ['console', 'describe_instance'],
      ['metrics', 'get_graph'],
      ['console', 'restart_instance'],
    ],
    next: [[1], [2, 0, 3], [1, 0], [0]],
  },
};

/** What a thief tries in turn: nothing that the workloads do. */
const loot: readonly (readonly [string, string])[] = [
  ['vault', 'list_secrets'],
  ['iam', 'list_users'],
  ['iam', 'create_access_key'],
  ['crm', 'export_contacts'],
  ['storage', 'list_buckets'],
  ['storage', 'download_objects'],
  ['audit', 'stop_logging'],
  ['payments', 'list_accounts'],
];

const firstMillis = 1_780_000_000_000;
const sessionsApartMillis = 600_000;
const actionsPerSession = { agent: 12, batch: 60, human: 15 } as const;
const ownerActions = 5;

/** Chains of actions of made-up workloads and thieves; the same seed makes the same chains. */
export class ChainGenerator {
  #state: number;
  #sessions = 0;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** Names of the workloads. */
  static readonly workloads: readonly string[] = Object.keys(workloads);

  /** A session of a workload at its own work. */
  benign(actor: string): readonly ChainEvent[] {
    const { class: kind } = waysOf(actor);
    return this.#own(actor, this.#name('ok', actor), actionsPerSession[kind], 'benign');
  }

  /** A session whose token is stolen after a few actions. */
  theft(actor: string, speed: ThiefSpeed, place: ThiefPlace): readonly ChainEvent[] {
    const name = this.#name('theft', actor);
    const own = this.#own(actor, name, ownerActions, 'benign');
    let at = own.at(-1)?.t_ms ?? firstMillis;
    const stolen = loot.map(([system, action]): ChainEvent => {
      at += this.#thiefGap(speed, actor);
      const origin = place === 'other' ? elsewhere : originOf(actor);
      const label = { label: 'attack', attack_kind: `${speed}_${place}` } as const;
      const what = { t_ms: at, system, action, error: this.#next() < 0.25 };
      return { ...this.#base(actor, name), ...origin, ...label, ...what };
    });
    return [...own, ...stolen];
  }

  #own(
    actor: string,
    session: string,
    count: number,
    label: ChainEvent['label'],
  ): readonly ChainEvent[] {
    const { actions, next, pace } = waysOf(actor);
    let at = firstMillis + this.#sessions * sessionsApartMillis;
    let step = 0;
    return Array.from({ length: count }, (): ChainEvent => {
      const [system = '', action = ''] = actions[step] ?? [];
      const event = { ...this.#base(actor, session), ...originOf(actor), label, attack_kind: null };
      const seen = { t_ms: at, system, action, error: false };
      at += this.#logNormal(pace);
      step = this.#follow(next[step] ?? [0]);
      return { ...event, ...seen };
    });
  }

  #base(
    actor: string,
    session: string,
  ): Pick<ChainEvent, 'dataset' | 'session' | 'actor' | 'class'> {
    return { dataset: 'generated', session, actor, class: waysOf(actor).class };
  }

  #name(sort: string, actor: string): string {
    this.#sessions += 1;
    return `${sort}-${actor}-${this.#sessions}`;
  }

  /** The last of several is taken once in ten times. */
  #follow(steps: readonly number[]): number {
    const usual = steps.length > 1 ? steps.slice(0, -1) : steps;
    const from = this.#next() < 0.1 ? steps.slice(-1) : usual;
    return from[Math.floor(this.#next() * from.length)] ?? 0;
  }

  #thiefGap(speed: ThiefSpeed, actor: string): number {
    if (speed === 'burst') return Math.floor(this.#next() * 40);
    if (speed === 'script') return this.#logNormal([Math.log(0.15), 0.5]);
    if (speed === 'slow') return 60_000 + Math.floor(this.#next() * 540_000);
    return this.#logNormal(waysOf(actor).pace);
  }

  /** Milliseconds, log-normal (Box and Muller, 1958). */
  #logNormal([mean, spread]: readonly [number, number]): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.#next()));
    const normal = radius * Math.cos(2 * Math.PI * this.#next());
    return Math.round(1_000 * Math.exp(mean + spread * normal));
  }

  /** From 0 up to 1 (mulberry32). */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}

type Origin = Pick<ChainEvent, 'src_ip' | 'user_agent' | 'key_binding'>;

const elsewhere: Origin = {
  src_ip: '203.0.113.66',
  user_agent: 'curl/8.9',
  key_binding: 'none',
};

function originOf(actor: string): Origin {
  const host = ChainGenerator.workloads.indexOf(actor) + 10;
  return { src_ip: `192.0.2.${host}`, user_agent: 'creance-sdk/1.0', key_binding: 'jkt-owner' };
}

function waysOf(actor: string): Ways {
  const ways = workloads[actor];
  if (ways === undefined) throw new Error(`there is no workload ${actor}`);
  return ways;
}

/** Events as the text of a file. */
export function ndjson(events: readonly object[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join('');
}

/** Events by their sessions, in the order of the first of each. */
export function bySession(
  events: readonly ChainEvent[],
): ReadonlyMap<string, readonly ChainEvent[]> {
  const sessions = new Map<string, ChainEvent[]>();
  for (const event of events) {
    const session = sessions.get(event.session);
    if (session === undefined) sessions.set(event.session, [event]);
    else session.push(event);
  }
  return sessions;
}
