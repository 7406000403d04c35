import type { Clock } from '@creance/verifier';

/** Verifiers want nonces in proofs for this long after their start. */
const nonceMillis = 66_000;

/** A clock that starts this far back and can be put right, so that nobody has to wait for it. */
export class BenchClock implements Clock {
  #backMillis = nonceMillis;

  now(): number {
    return Date.now() - this.#backMillis;
  }

  monotonicMillis(): number {
    return performance.now() + nonceMillis - this.#backMillis;
  }

  after(millis: number, act: () => void): { cancel(): void } {
    const timer = setTimeout(act, millis).unref();
    return { cancel: () => clearTimeout(timer) };
  }

  /** From now on the time of the machine: what was made before is as old as the first minute. */
  putRight(): void {
    this.#backMillis = 0;
  }
}
