/** How much a ring keeps: of one lane, in all. */
export interface RingBounds {
  readonly lane: number;
  readonly all: number;
}

/** What a ring let go to take another, and for which bound. */
export interface LetGo<Item> {
  readonly item: Item;
  readonly bound: keyof RingBounds;
}

/**
 * The latest items of many lanes. A lane that is full loses its own oldest; when all of it is full, the
 * fullest lane does, so that nobody's crowd pushes out what somebody quieter has left.
 */
export class FairRing<Item> {
  readonly #bounds: RingBounds;
  readonly #lanes = new Map<string, Item[]>();
  /** Names of the lanes by how many items they hold; a set keeps the order in which they came to it. */
  readonly #bySize: readonly Set<string>[];
  #size = 0;

  constructor(bounds: RingBounds) {
    this.#bounds = bounds;
    this.#bySize = Array.from({ length: bounds.lane + 1 }, () => new Set());
  }

  /** Items in all. */
  get size(): number {
    return this.#size;
  }

  /** Puts one at the end of its lane; gives what was let go for it. */
  put(name: string, item: Item): LetGo<Item> | undefined {
    const gone = this.#makeRoom(name);
    const lane = this.#lanes.get(name) ?? [];
    lane.push(item);
    this.#lanes.set(name, lane);
    this.#moved(name, lane.length - 1, lane.length);
    this.#size += 1;
    return gone;
  }

  #makeRoom(name: string): LetGo<Item> | undefined {
    const { lane, all } = this.#bounds;
    if ((this.#lanes.get(name)?.length ?? 0) >= lane) return this.#drop(name, 'lane');
    if (this.#size < all) return undefined;
    const fullest = this.#bySize.findLast((names) => names.size > 0);
    const [first] = fullest ?? [];
    return first === undefined ? undefined : this.#drop(first, 'all');
  }

  #drop(name: string, bound: keyof RingBounds): LetGo<Item> | undefined {
    const lane = this.#lanes.get(name);
    const item = lane?.shift();
    if (lane === undefined || item === undefined) return undefined;
    this.#moved(name, lane.length + 1, lane.length);
    if (lane.length === 0) this.#lanes.delete(name);
    this.#size -= 1;
    return { item, bound };
  }

  #moved(name: string, from: number, to: number): void {
    this.#bySize[from]?.delete(name);
    if (to > 0) this.#bySize[to]?.add(name);
  }
}
