/** First in, first out, each at the cost of a few steps however many wait. */
export class Fifo<Item> {
  #items: (Item | undefined)[] = [];
  #at = 0;

  /** Items that wait. */
  get size(): number {
    return this.#items.length - this.#at;
  }

  /** The item that is next; undefined when none waits. */
  get first(): Item | undefined {
    return this.#items[this.#at];
  }

  /** Adds an item at the end. */
  push(item: Item): void {
    this.#items.push(item);
  }

  /** Takes the item that is next. */
  shift(): Item | undefined {
    const item = this.#items[this.#at];
    if (this.size === 0) return undefined;
    this.#items[this.#at] = undefined;
    this.#at += 1;
    // Moving the rest once it is the smaller half costs each item one move.
    if (this.#at > this.#items.length / 2) {
      this.#items = this.#items.slice(this.#at);
      this.#at = 0;
    }
    return item;
  }
}
