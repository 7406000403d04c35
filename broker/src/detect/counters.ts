import type { SessionId, Thumbprint } from '@creance/proto';
import { type LimitName, limits } from '../domain/limits.js';
import type { Mark, MarkPair } from './mark.js';
import { MarkLine } from './mark-line.js';

/** How many proofs are remembered, and for how long. */
export interface CounterBounds {
  readonly perKey: number;
  readonly all: number;
  readonly seconds: number;
}

/** Parts of the memory. */
export interface CounterParts {
  /** SHA-256 of a compact form, as base64url. */
  readonly hashOf: (text: string) => string;
  readonly limitHit: (name: LimitName) => void;
  readonly bounds?: CounterBounds;
}

interface KeyMemory {
  readonly key: Thumbprint;
  readonly lines: Map<string, MarkLine>;
  size: number;
}

const brokerBounds: CounterBounds = {
  perKey: limits.countersPerKey,
  all: limits.counters,
  seconds: limits.counterSeconds,
};

/** No source may fill more than this share of all memory. */
const sourceShare = 4;

/** Sessions looked at for what is too old, with each proof. */
const sweptPerMark = 2;

const none: readonly MarkPair[] = [];

/**
 * Remembers counter and time of the proofs of each session's key, by who has seen them, and finds two that
 * contradict each other. What a source invents stands in its own line alone: it can raise suspicions, and
 * can neither hide nor displace what others have seen.
 */
export class Counters {
  readonly #parts: CounterParts;
  readonly #bounds: CounterBounds;
  readonly #sessions = new Map<SessionId, KeyMemory>();
  readonly #ofSource = new Map<string, number>();
  #size = 0;
  #hand: IterableIterator<[SessionId, KeyMemory]>;

  constructor(parts: CounterParts) {
    this.#parts = parts;
    this.#bounds = parts.bounds ?? brokerBounds;
    this.#hand = this.#sessions.entries();
  }

  /** How many proofs are remembered. */
  get size(): number {
    return this.#size;
  }

  /**
   * Notes a proof by the session's key and gives what it contradicts: at most one proof of each source.
   * A session that has another key than before starts anew.
   */
  note(session: SessionId, key: Thumbprint, mark: Mark): readonly MarkPair[] {
    this.#sweepSome(mark.seenMillis);
    const memory = this.#memoryOf(session, key);
    const pairs = this.#pairs(session, memory, mark);
    // A line stays free of contradictions, so that a neighbour tells for all.
    const isOdd = pairs.some(({ marks }) => marks[0].source === mark.source);
    if (!isOdd) this.#remember(memory, mark);
    if (memory.size === 0) this.#sessions.delete(session);
    return pairs;
  }

  /** Forgets everything about a session. */
  forget(session: SessionId): void {
    const memory = this.#sessions.get(session);
    if (memory === undefined) return;
    for (const [source, line] of memory.lines) this.#count(memory, source, -line.size);
    this.#sessions.delete(session);
  }

  /** Forgets one proof: it turned out to be none by the session's key. */
  remove(session: SessionId, mark: Mark): void {
    const memory = this.#sessions.get(session);
    if (memory?.lines.get(mark.source)?.remove(mark)) this.#count(memory, mark.source, -1);
  }

  #memoryOf(session: SessionId, key: Thumbprint): KeyMemory {
    const known = this.#sessions.get(session);
    if (known?.key === key) return known;
    this.forget(session);
    const memory: KeyMemory = { key, lines: new Map(), size: 0 };
    this.#sessions.set(session, memory);
    return memory;
  }

  #pairs(session: SessionId, memory: KeyMemory, mark: Mark): readonly MarkPair[] {
    let pairs: MarkPair[] | undefined;
    for (const line of memory.lines.values()) {
      const against = line.against(mark, this.#isSame);
      if (against === undefined) continue;
      pairs ??= [];
      pairs.push({ session, marks: [against, mark] });
    }
    return pairs ?? none;
  }

  #remember(memory: KeyMemory, mark: Mark): void {
    const { source } = mark;
    const { perKey, all } = this.#bounds;
    const known = memory.lines.get(source);
    // What was seen before makes nobody forget anything.
    if (known?.growsBy(mark) === false) {
      known.add(mark);
      return;
    }
    if (memory.size >= perKey) this.#dropOf(memory, longest(memory));
    const isFull = this.#size >= all || (this.#ofSource.get(source) ?? 0) >= all / sourceShare;
    if (isFull && !this.#dropOf(memory, source)) {
      this.#parts.limitHit('counters');
      return;
    }
    const line = memory.lines.get(source) ?? new MarkLine();
    if (line.size === 0) memory.lines.set(source, line);
    line.add(mark);
    this.#count(memory, source, 1);
  }

  #dropOf(memory: KeyMemory, source: string): boolean {
    const dropped = memory.lines.get(source)?.dropOldest() ?? false;
    if (dropped) this.#count(memory, source, -1);
    return dropped;
  }

  #count(memory: KeyMemory, source: string, change: number): void {
    memory.size += change;
    this.#size += change;
    const left = (this.#ofSource.get(source) ?? 0) + change;
    if (left > 0) this.#ofSource.set(source, left);
    else this.#ofSource.delete(source);
  }

  readonly #isSame = (one: Mark, other: Mark): boolean =>
    one.text !== undefined && other.text !== undefined
      ? one.text === other.text
      : this.#hashOf(one) === this.#hashOf(other);

  #hashOf({ hash, text }: Mark): string {
    return hash ?? this.#parts.hashOf(text ?? '');
  }

  /** A hand goes round over all sessions, a little with each proof: no timer, no long sweep. */
  #sweepSome(nowMillis: number): void {
    const beforeMillis = nowMillis - this.#bounds.seconds * 1_000;
    for (let step = 0; step < sweptPerMark; step += 1) {
      const next = this.#hand.next();
      if (next.done) {
        this.#hand = this.#sessions.entries();
        return;
      }
      const [session, memory] = next.value;
      for (const [source, line] of memory.lines) {
        const expired = line.expire(beforeMillis);
        if (expired > 0) this.#count(memory, source, -expired);
        if (line.size === 0) memory.lines.delete(source);
      }
      if (memory.size === 0) this.#sessions.delete(session);
    }
  }
}

/** The source that has the most proofs of a key in memory. */
function longest({ lines }: KeyMemory): string {
  let [most, found] = [-1, ''];
  for (const [source, { size }] of lines) {
    if (size > most) [most, found] = [size, source];
  }
  return found;
}
