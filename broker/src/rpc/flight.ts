/** The calls that run now, so that a stop can wait for them. grpc-js does not (`tryShutdown`). */
export class Flight {
  #running = 0;
  #onEmpty: (() => void) | undefined;

  /** How many run. */
  get running(): number {
    return this.#running;
  }

  /** Counts a call until the promise settles. */
  async during<Value>(run: () => Promise<Value>): Promise<Value> {
    this.#running += 1;
    try {
      return await run();
    } finally {
      this.#running -= 1;
      if (this.#running === 0) this.#onEmpty?.();
    }
  }

  /** Waits until nothing runs, so many milliseconds at most; gives whether nothing does. */
  async whenEmpty(millis: number): Promise<boolean> {
    if (this.#running === 0) return true;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), millis);
    this.#onEmpty = () => resolve(true);
    const empty = await promise;
    clearTimeout(timer);
    this.#onEmpty = undefined;
    return empty;
  }
}
