import type { Clock, Timer } from '../runtime/clock.js';

interface Waiting {
  readonly dueMillis: number;
  readonly act: () => void;
  /** Whether it keeps the process alive. */
  isRef: boolean;
}

/** For tests: a clock that moves only when told, with a wall that can be set apart. */
export class FakeClock implements Clock {
  readonly #waiting = new Set<Waiting>();
  #monotonic = 0;
  #wall: number;
  /** Timers that may let the process end. */
  unrefs = 0;

  constructor(wallMillis: number = Date.UTC(2026, 10, 24)) {
    this.#wall = wallMillis;
  }

  now(): number {
    return this.#wall;
  }

  monotonicMillis(): number {
    return this.#monotonic;
  }

  after(millis: number, act: () => void): Timer {
    const waiting: Waiting = { dueMillis: this.#monotonic + millis, act, isRef: true };
    this.#waiting.add(waiting);
    return {
      cancel: () => void this.#waiting.delete(waiting),
      unref: () => {
        this.unrefs += 1;
        waiting.isRef = false;
      },
    };
  }

  /** Timers that are set. */
  get pending(): number {
    return this.#waiting.size;
  }

  /** Timers that are set and keep the process alive. */
  get pendingRefs(): number {
    return [...this.#waiting].filter(({ isRef }) => isRef).length;
  }

  /** Milliseconds until the next timer. */
  get nextMillis(): number | undefined {
    const due = this.#next()?.dueMillis;
    return due === undefined ? undefined : due - this.#monotonic;
  }

  /** Moves both clocks, timer by timer, and lets everything that is ready run in between. */
  async advance(millis: number): Promise<void> {
    const endMillis = this.#monotonic + millis;
    await settle();
    for (let next = this.#next(); next && next.dueMillis <= endMillis; next = this.#next()) {
      this.#moveTo(next.dueMillis);
      this.#waiting.delete(next);
      next.act();
      await settle();
    }
    this.#moveTo(endMillis);
    await settle();
  }

  /** Sets the wall clock alone, as an operator or NTP would. */
  stepWall(millis: number): void {
    this.#wall += millis;
  }

  #next(): Waiting | undefined {
    return [...this.#waiting].sort((one, other) => one.dueMillis - other.dueMillis)[0];
  }

  #moveTo(millis: number): void {
    this.#wall += millis - this.#monotonic;
    this.#monotonic = millis;
  }
}

/** Lets every promise that is ready settle. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
