/** Items that have changed, those that wait for longest first; each once. */
export class Changed<Item> {
  readonly #waiting = new Set<Item>();

  add(item: Item): void {
    this.#waiting.add(item);
  }

  delete(item: Item): void {
    this.#waiting.delete(item);
  }

  /** Takes at most so many. */
  take(most: number): readonly Item[] {
    const taken: Item[] = [];
    for (const item of this.#waiting) {
      if (taken.length >= most) break;
      this.#waiting.delete(item);
      taken.push(item);
    }
    return taken;
  }
}

/** Goes round all items, so many at a time: none is left out for ever, however many there are. */
export class Round<Item> {
  readonly #all: () => Iterator<Item>;
  #rest: Iterator<Item> | undefined;

  constructor(all: () => Iterator<Item>) {
    this.#all = all;
  }

  /** The next ones, at most so many; ends with the round, and the next call begins another. */
  *next(most: number): Generator<Item> {
    for (let looked = 0; looked < most; looked += 1) {
      this.#rest ??= this.#all();
      const { value, done } = this.#rest.next();
      if (done === true) {
        this.#rest = undefined;
        return;
      }
      yield value;
    }
  }
}
