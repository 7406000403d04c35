/** What `setTimeout` and its like give in a world. */
export interface VirtualTimer {
  /** Forgets the timer. Harmless when it has fired. */
  cancel(): void;
  unref(): VirtualTimer;
}

interface Due {
  readonly atMillis: number;
  /** Of two that are due at once the one that was set first comes first. */
  readonly order: number;
  readonly run: () => void;
  isCancelled: boolean;
}

/** Events that one world may have: more means that it never comes to rest. */
const eventsMax = 200_000;

const realTurn = setImmediate;

/**
 * The time of a world and everything that waits for it. It passes only when told; between two events every
 * promise that can go on has gone on, so that nothing is left to the machine's own order.
 */
export class VirtualTime {
  #nowMillis = 0;
  #order = 0;
  #events = 0;
  #queue: Due[] = [];

  /** Milliseconds since the world began. */
  get nowMillis(): number {
    return this.#nowMillis;
  }

  after(millis: number, run: () => void): VirtualTimer {
    this.#order += 1;
    const atMillis = this.#nowMillis + Math.max(0, millis);
    const due: Due = { atMillis, order: this.#order, run, isCancelled: false };
    this.#insert(due);
    const timer: VirtualTimer = {
      cancel: () => {
        due.isCancelled = true;
      },
      unref: () => timer,
    };
    return timer;
  }

  /** Lets time pass, and runs what falls due meanwhile. */
  async pass(millis: number): Promise<void> {
    const untilMillis = this.#nowMillis + millis;
    await settled();
    for (;;) {
      const due = this.#queue.at(-1);
      if (due === undefined || due.atMillis > untilMillis) break;
      this.#queue.pop();
      if (due.isCancelled) continue;
      this.#nowMillis = Math.max(this.#nowMillis, due.atMillis);
      this.#events += 1;
      if (this.#events > eventsMax) throw new Error('the world does not come to rest');
      due.run();
      await settled();
    }
    this.#nowMillis = untilMillis;
  }

  /** Sorted, the next one last. */
  #insert(due: Due): void {
    let low = 0;
    let high = this.#queue.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.#queue[middle] as Due;
      const isLater =
        other.atMillis > due.atMillis ||
        (other.atMillis === due.atMillis && other.order > due.order);
      if (isLater) low = middle + 1;
      else high = middle;
    }
    this.#queue.splice(low, 0, due);
  }
}

/** Resolves when every promise that can go on has gone on. */
function settled(): Promise<void> {
  return new Promise((resolve) => void realTurn(resolve));
}
