/** What was kept: a name and what it counts. */
export type KeptKnown = readonly (readonly [string, number])[];

/**
 * A bounded set of what calm sessions have shown. When it is full the thing that counts least makes room,
 * so that one session with many new things cannot push out what every session does.
 */
export class Known {
  readonly #most: number;
  readonly #onFull: () => void;
  readonly #counts = new Map<string, number>();

  constructor(most: number, onFull: () => void) {
    this.#most = most;
    this.#onFull = onFull;
  }

  /** How many things are known. */
  get size(): number {
    return this.#counts.size;
  }

  /** Whether a thing is known. */
  has(name: string): boolean {
    return this.#counts.has(name);
  }

  /** All that is known. */
  names(): IterableIterator<string> {
    return this.#counts.keys();
  }

  /** Learns a thing: once a session, whatever the session did with it. */
  learn(name: string): void {
    const count = this.#counts.get(name);
    if (count === undefined && this.#counts.size >= this.#most) {
      this.#onFull();
      if (!this.#dropLeast()) return;
    }
    this.#counts.set(name, (count ?? 0) + 1);
  }

  /** Lets what is known count for a share of itself, and forgets what counts for almost nothing. */
  fade(share: number): void {
    for (const [name, count] of this.#counts) {
      if (count * share < 0.05) this.#counts.delete(name);
      else this.#counts.set(name, count * share);
    }
  }

  /** As it is kept. */
  kept(): KeptKnown {
    return [...this.#counts];
  }

  /** Takes what was kept. */
  restore(kept: KeptKnown): void {
    for (const [name, count] of kept) this.#counts.set(name, count);
  }

  #dropLeast(): boolean {
    let least: string | undefined;
    let count = 1.5;
    for (const [name, times] of this.#counts) {
      if (times < count) [least, count] = [name, times];
    }
    return least !== undefined && this.#counts.delete(least);
  }
}
