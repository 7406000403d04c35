import type { SessionId } from '@creance/proto';

/** One network and client that presents tokens of so many workloads, most of which never came from there. */
const workloadsFrom = 5;
const strangersFrom = 4;
const windowMillis = 60_000;
/** Origins whose visitors are remembered, and visitors of each. */
const originsKept = 10_000;
const visitorsKept = 64;

/** What is seen of one use. */
export interface FanInUse {
  readonly network: string;
  readonly client: string;
  readonly workload: string;
  readonly session: SessionId;
  /** Whether this workload's history knows the network. */
  readonly isKnown: boolean;
  readonly atMillis: number;
}

interface Visitor {
  readonly session: SessionId;
  readonly isKnown: boolean;
  readonly atMillis: number;
  told: boolean;
}

/**
 * D8: watches how many workloads' tokens come from one place. A thief who holds a whole store of tokens
 * shows each of them calmly; together they give him away.
 */
export class FanIn {
  readonly #origins = new Map<string, Map<string, Visitor>>();

  /** Takes a use; gives the sessions that are under suspicion by it, each once a minute. */
  note({ network, client, workload, session, isKnown, atMillis }: FanInUse): readonly SessionId[] {
    const visitors = this.#visitorsOf(`${network} ${client}`);
    const before = visitors.get(workload);
    const told = before?.told === true && atMillis - before.atMillis < windowMillis;
    if (before === undefined && visitors.size >= visitorsKept) return [];
    visitors.set(workload, { session, isKnown, atMillis, told });
    for (const [name, visitor] of visitors) {
      if (atMillis - visitor.atMillis >= windowMillis) visitors.delete(name);
    }
    const strangers = [...visitors.values()].filter((visitor) => !visitor.isKnown);
    if (visitors.size < workloadsFrom || strangers.length < strangersFrom) return [];
    const fresh = [...visitors.values()].filter((visitor) => !visitor.told);
    for (const visitor of fresh) visitor.told = true;
    return fresh.map((visitor) => visitor.session);
  }

  /** The origin that was heard of longest ago makes room. */
  #visitorsOf(origin: string): Map<string, Visitor> {
    const found = this.#origins.get(origin) ?? new Map<string, Visitor>();
    this.#origins.delete(origin);
    this.#origins.set(origin, found);
    if (this.#origins.size > originsKept) {
      const [oldest] = this.#origins.keys();
      if (oldest !== undefined) this.#origins.delete(oldest);
    }
    return found;
  }
}
