import { Fifo } from './fifo.js';

/** Bounds of a queue. */
export interface QueueBounds {
  /** Items that may wait in all. */
  readonly max: number;
  /** Items that may wait in one lane. */
  readonly perLaneMax: number;
}

/**
 * A bounded queue of lanes that take turns, so that whoever sends much waits behind itself. What does not
 * fit is not taken: nothing that waits is ever displaced.
 */
export class FairQueue<Item> {
  readonly #bounds: QueueBounds;
  readonly #lanes = new Map<string, Fifo<Item>>();
  /** Lanes in which something waits, in turn. */
  readonly #turns = new Fifo<string>();
  #size = 0;

  constructor(bounds: QueueBounds) {
    this.#bounds = bounds;
  }

  /** Items that wait. */
  get size(): number {
    return this.#size;
  }

  /** Adds an item to a lane. Gives false when the lane or the queue is full. */
  add(lane: string, item: Item): boolean {
    if (this.#size >= this.#bounds.max) return false;
    const waiting = this.#lanes.get(lane);
    if (waiting === undefined) {
      const items = new Fifo<Item>();
      items.push(item);
      this.#lanes.set(lane, items);
      this.#turns.push(lane);
    } else {
      if (waiting.size >= this.#bounds.perLaneMax) return false;
      waiting.push(item);
    }
    this.#size += 1;
    return true;
  }

  /** Looks at the item whose turn it is. */
  get first(): Item | undefined {
    const lane = this.#turns.first;
    return lane === undefined ? undefined : this.#lanes.get(lane)?.first;
  }

  /** Takes the item whose turn it is. */
  take(): Item | undefined {
    const lane = this.#turns.shift();
    const items = lane === undefined ? undefined : this.#lanes.get(lane);
    if (lane === undefined || items === undefined) return undefined;
    const item = items.shift();
    if (items.size > 0) this.#turns.push(lane);
    else this.#lanes.delete(lane);
    this.#size -= 1;
    return item;
  }
}
