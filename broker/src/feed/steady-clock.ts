import type { Clock } from '../runtime/clock.js';
import type { Entropy } from '../runtime/entropy.js';

/** The broker's steady clock as verifiers hear of it: no step of the wall clock moves it. */
export interface SteadyClock {
  /** Names the clock of this process: readings of two processes say nothing of each other. */
  readonly id: Buffer;
  /** Microseconds since some moment in the past; never goes back. */
  micros(): bigint;
}

const idBytes = 16;

/** Opens the steady clock of this process. */
export function steadyClock(clock: Clock, entropy: Entropy): SteadyClock {
  return {
    id: Buffer.from(entropy.bytes(idBytes)),
    micros: () => BigInt(Math.floor(clock.monotonicMillis() * 1_000)),
  };
}
