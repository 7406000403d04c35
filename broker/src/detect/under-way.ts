/** Things that are being done, one of a key at a time. A fault of one stops nothing else. */
export class UnderWay {
  readonly #onFault: (fault: unknown) => void;
  readonly #running = new Map<string, Promise<void>>();

  constructor(onFault: (fault: unknown) => void) {
    this.#onFault = onFault;
  }

  /** Whether something of a key is being done. */
  has(key: string): boolean {
    return this.#running.has(key);
  }

  /** Does something, unless something of the same key is being done. */
  start(key: string, work: () => Promise<void>): void {
    if (this.#running.has(key)) return;
    const run = async () => {
      try {
        await work();
      } catch (fault) {
        this.#onFault(fault);
      } finally {
        this.#running.delete(key);
      }
    };
    this.#running.set(key, run());
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.values());
  }
}
