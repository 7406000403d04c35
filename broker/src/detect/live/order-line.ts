import type { Sighting } from '../../domain/action.js';

/** Parts of the line. */
export interface OrderLineParts {
  readonly judge: (sighting: Sighting) => void;
  /** Milliseconds for which a sighting waits for earlier ones of other witnesses. Zero: nobody waits. */
  readonly holdMillis: number;
  /** Sightings that wait at most; beyond, the earliest is judged at once. */
  readonly most: number;
  readonly nowMillis: () => number;
  /** Runs something so many milliseconds later. */
  readonly later: (run: () => void, millis: number) => void;
}

/**
 * Puts the sightings of several witnesses into the order in which things were done. Each witness sends
 * batches of its own, so that what came first is often not what was first: a chain that crosses three
 * services would come as three chains, and its pace would be lost.
 */
export class OrderLine {
  readonly #parts: OrderLineParts;
  /** By the time of sight. */
  readonly #waiting: Sighting[] = [];
  #isArmed = false;

  constructor(parts: OrderLineParts) {
    this.#parts = parts;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Takes a sighting. */
  put(sighting: Sighting): void {
    if (this.#parts.holdMillis === 0) {
      this.#parts.judge(sighting);
      return;
    }
    this.#insert(sighting);
    if (this.#waiting.length > this.#parts.most) this.#judge(1);
    this.#arm();
  }

  /** Judges all that waits. */
  flush(): void {
    this.#judge(this.#waiting.length);
  }

  #insert(sighting: Sighting): void {
    let at = this.#waiting.length;
    while (at > 0 && (this.#waiting[at - 1] as Sighting).at > sighting.at) at -= 1;
    this.#waiting.splice(at, 0, sighting);
  }

  #arm(): void {
    if (this.#isArmed || this.#waiting.length === 0) return;
    this.#isArmed = true;
    this.#parts.later(() => {
      this.#isArmed = false;
      this.#judgeRipe();
      this.#arm();
    }, this.#parts.holdMillis);
  }

  #judgeRipe(): void {
    const before = this.#parts.nowMillis() - this.#parts.holdMillis;
    const ripe = this.#waiting.findIndex(({ seenMillis }) => seenMillis > before);
    this.#judge(ripe < 0 ? this.#waiting.length : ripe);
  }

  #judge(count: number): void {
    for (const sighting of this.#waiting.splice(0, count)) this.#parts.judge(sighting);
  }
}
