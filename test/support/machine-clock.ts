import type { Clock } from '@creance/sdk';

/** How a machine's clock differs. */
interface Difference {
  /** Seconds by which the wall clock is ahead; negative when it is behind. */
  readonly aheadSeconds?: number;
  /** How much faster waiting goes by. */
  readonly haste?: number;
}

/** The clock of a machine that is set wrong, or on which waiting takes next to no time. */
export function machineClock({ aheadSeconds = 0, haste = 1 }: Difference): Clock {
  return {
    now: () => Date.now() + aheadSeconds * 1_000,
    monotonicMillis: () => performance.now() * haste,
    after(millis, act) {
      const timer = setTimeout(act, millis / haste);
      return { cancel: () => clearTimeout(timer), unref: () => void timer.unref() };
    },
  };
}

/** A clock of which hours can be let go by, for wall and timers' measure alike. */
export class PassingClock implements Clock {
  #passedMillis = 0;
  readonly #machine = machineClock({});

  now(): number {
    return this.#machine.now() + this.#passedMillis;
  }

  monotonicMillis(): number {
    return this.#machine.monotonicMillis() + this.#passedMillis;
  }

  after(millis: number, act: () => void): ReturnType<Clock['after']> {
    return this.#machine.after(millis, act);
  }

  pass(seconds: number): void {
    this.#passedMillis += seconds * 1_000;
  }
}
