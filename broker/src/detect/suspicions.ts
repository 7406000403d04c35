import type { SessionId } from '@creance/proto';
import { type LimitName, limits } from '../domain/limits.js';
import type { Mark, MarkPair } from './mark.js';

/** How many suspicions may wait for bytes, and for how long. */
export interface SuspicionBounds {
  readonly all: number;
  readonly seconds: number;
}

/** A pair with the bytes of both proofs. */
export interface ShownPair extends MarkPair {
  readonly texts: readonly [string, string];
}

interface Suspicion {
  readonly slot: string;
  readonly pair: MarkPair;
  readonly texts: [string | undefined, string | undefined];
  readonly openedMillis: number;
}

/** A resource may owe the bytes of at most this share of all suspicions. */
const debtShare = 8;

/** Seconds after which a suspicion makes room for a newer one between the same two sources. */
const patienceSeconds = 5;

const sides = [0, 1] as const;

const brokerBounds: SuspicionBounds = { all: limits.suspicions, seconds: limits.counterSeconds };

/**
 * Pairs of proofs that contradict each other as reported, until somebody shows the bytes. One waits for
 * each session and two sources; a resource that shows nothing runs into what it owes, and opens no more.
 */
export class Suspicions {
  readonly #limitHit: (name: LimitName) => void;
  readonly #bounds: SuspicionBounds;
  /** In the order of opening. */
  readonly #open = new Map<string, Suspicion>();
  readonly #byHash = new Map<string, Set<Suspicion>>();
  readonly #byWitness = new Map<SessionId, Set<Suspicion>>();
  readonly #owed = new Map<string, number>();

  constructor(limitHit: (name: LimitName) => void, bounds: SuspicionBounds = brokerBounds) {
    this.#limitHit = limitHit;
    this.#bounds = bounds;
  }

  /** How many wait. */
  get size(): number {
    return this.#open.size;
  }

  /** Remembers a pair whose bytes are not all here. Gives the proofs to ask for; none when it is dropped. */
  open(pair: MarkPair, nowMillis: number): readonly Mark[] {
    this.#expire(nowMillis);
    const slot = slotOf(pair);
    const earlier = this.#open.get(slot);
    if (earlier !== undefined) {
      if (nowMillis - earlier.openedMillis < patienceSeconds * 1_000) return [];
      this.#close(earlier);
    }
    const missing = pair.marks.filter(({ text }) => text === undefined);
    const mostOwed = Math.ceil(this.#bounds.all / debtShare);
    const owesTooMuch = missing.some(({ source }) => (this.#owed.get(source) ?? 0) >= mostOwed);
    if (owesTooMuch || this.#open.size >= this.#bounds.all) {
      this.#limitHit('suspicions');
      return [];
    }
    const [one, other] = pair.marks;
    const texts: Suspicion['texts'] = [one.text, other.text];
    const suspicion = { slot, pair, texts, openedMillis: nowMillis };
    this.#open.set(slot, suspicion);
    for (const mark of missing) this.#want(mark, suspicion);
    return missing;
  }

  /** Hashes of the proofs that a verifier's session is asked for, oldest first, at most so many. */
  wantedOf(witness: SessionId, most: number): readonly string[] {
    const hashes = new Set<string>();
    for (const suspicion of this.#byWitness.get(witness) ?? []) {
      for (const at of sides) {
        const { witness: owner, hash } = suspicion.pair.marks[at];
        const isMissing = suspicion.texts[at] === undefined;
        if (isMissing && owner === witness && hash !== undefined) hashes.add(hash);
        if (hashes.size >= most) return [...hashes];
      }
    }
    return [...hashes];
  }

  /** Takes the bytes of a proof by their hash; gives the pairs that are whole now, which wait no more. */
  show(hash: string, text: string): readonly ShownPair[] {
    const whole: ShownPair[] = [];
    for (const suspicion of [...(this.#byHash.get(hash) ?? [])]) {
      const { pair, texts } = suspicion;
      for (const at of sides) {
        if (pair.marks[at].hash !== hash || texts[at] !== undefined) continue;
        texts[at] = text;
        this.#owe(pair.marks[at].source, -1);
      }
      const [one, other] = texts;
      if (one === undefined || other === undefined) continue;
      this.#close(suspicion);
      whole.push({ ...pair, texts: [one, other] });
    }
    return whole;
  }

  /** Whether the bytes of a proof are asked for. */
  isWanted(hash: string): boolean {
    return this.#byHash.has(hash);
  }

  /** Forgets what waits about a session. */
  forget(session: SessionId): void {
    for (const suspicion of this.#open.values()) {
      if (suspicion.pair.session === session) this.#close(suspicion);
    }
  }

  #want({ hash, witness, source }: Mark, suspicion: Suspicion): void {
    if (hash === undefined || witness === undefined) return;
    setOf(this.#byHash, hash).add(suspicion);
    setOf(this.#byWitness, witness).add(suspicion);
    this.#owe(source, 1);
  }

  #close(suspicion: Suspicion): void {
    this.#open.delete(suspicion.slot);
    for (const at of sides) {
      const { hash, witness, source, text } = suspicion.pair.marks[at];
      if (text !== undefined || hash === undefined || witness === undefined) continue;
      if (suspicion.texts[at] === undefined) this.#owe(source, -1);
      drop(this.#byHash, hash, suspicion);
      drop(this.#byWitness, witness, suspicion);
    }
  }

  #owe(source: string, change: number): void {
    const owed = (this.#owed.get(source) ?? 0) + change;
    if (owed > 0) this.#owed.set(source, owed);
    else this.#owed.delete(source);
  }

  #expire(nowMillis: number): void {
    const beforeMillis = nowMillis - this.#bounds.seconds * 1_000;
    for (const suspicion of this.#open.values()) {
      if (suspicion.openedMillis >= beforeMillis) return;
      this.#close(suspicion);
    }
  }
}

function slotOf({ session, marks }: MarkPair): string {
  return `${session} ${marks
    .map(({ source }) => source)
    .sort()
    .join(' ')}`;
}

function setOf<K, V>(map: Map<K, Set<V>>, key: K): Set<V> {
  const found = map.get(key) ?? new Set();
  map.set(key, found);
  return found;
}

function drop<K, V>(map: Map<K, Set<V>>, key: K, value: V): void {
  const set = map.get(key);
  set?.delete(value);
  if (set?.size === 0) map.delete(key);
}
