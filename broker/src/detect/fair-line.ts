/** How much may wait: in one lane, of one witness, in all. */
export interface LineBounds {
  readonly lane: number;
  readonly witness: number;
  readonly all: number;
}

interface Turn<T> {
  waiting: number;
  readonly lanes: Map<string, T[]>;
}

/**
 * A line in which nobody waits for somebody else's crowd: witnesses take turns, and of each witness its
 * lanes do. What is full refuses the newcomer and moves nobody.
 */
export class FairLine<T> {
  readonly #bounds: LineBounds;
  /** A map keeps the order of insertion: whoever has had a turn is put at the end again. */
  readonly #turns = new Map<string, Turn<T>>();
  #waiting = 0;

  constructor(bounds: LineBounds) {
    this.#bounds = bounds;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Puts one at the end of its lane; gives the bound that refused it. */
  put(witness: string, lane: string, item: T): keyof LineBounds | undefined {
    const turn = this.#turns.get(witness);
    const items = turn?.lanes.get(lane);
    if ((items?.length ?? 0) >= this.#bounds.lane) return 'lane';
    if ((turn?.waiting ?? 0) >= this.#bounds.witness) return 'witness';
    if (this.#waiting >= this.#bounds.all) return 'all';
    this.#waiting += 1;
    if (turn === undefined) {
      this.#turns.set(witness, { waiting: 1, lanes: new Map([[lane, [item]]]) });
      return undefined;
    }
    turn.waiting += 1;
    if (items === undefined) turn.lanes.set(lane, [item]);
    else items.push(item);
    return undefined;
  }

  /** Takes the next one, of whoever's turn it is. */
  take(): T | undefined {
    const next = first(this.#turns);
    const lane = next && first(next[1].lanes);
    if (next === undefined || lane === undefined) return undefined;
    const [witness, turn] = next;
    const [name, items] = lane;
    const item = items.shift();
    turn.waiting -= 1;
    this.#waiting -= 1;
    turn.lanes.delete(name);
    if (items.length > 0) turn.lanes.set(name, items);
    this.#turns.delete(witness);
    if (turn.waiting > 0) this.#turns.set(witness, turn);
    return item;
  }

  /** Forgets everything that waits; gives how many did. */
  clear(): number {
    const waited = this.#waiting;
    this.#turns.clear();
    this.#waiting = 0;
    return waited;
  }
}

function first<K, V>(map: ReadonlyMap<K, V>): [K, V] | undefined {
  return map.entries().next().value;
}
