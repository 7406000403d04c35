import type { Rounds } from './harness.js';
import { QuietSlots } from './quiet-slots.js';

/** How thoroughly a run measures, and where it counts its slots. */
export interface Plan {
  readonly isQuick: boolean;
  /** Interleaved rounds of anything. */
  readonly rounds: number;
  readonly slots: QuietSlots;
  /** For calls to a server. */
  readonly calls: Rounds;
  /** For what a process does by itself. */
  readonly own: Rounds;
}

/** The whole run, or the quick one: it shows that everything works, and is no measure. */
export function planOf(isQuick: boolean): Plan {
  const rounds = isQuick ? 3 : 7;
  return {
    isQuick,
    rounds,
    slots: new QuietSlots(isQuick ? 2 : 4),
    calls: isQuick
      ? { warmUp: 2_000, operations: 1_000, rounds }
      : { warmUp: 15_000, operations: 3_000, rounds },
    own: isQuick
      ? { warmUp: 1_000, operations: 500, rounds }
      : { warmUp: 5_000, operations: 3_000, rounds },
  };
}
