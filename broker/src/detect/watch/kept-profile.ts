import type { Workload } from '../../domain/registry.js';
import type { ChainRows } from './chain.js';
import type { HabitSums } from './habit.js';
import type { KeptKnown } from './known.js';
import type { KeptQuantiles } from './quantiles.js';

/** Raised when the form changes; a profile of another version is forgotten, and learned anew. */
export const profileVersion = 2;

/** A profile as it is kept: JSON. */
export interface KeptProfile {
  readonly version: typeof profileVersion;
  readonly kind: Workload['class'];
  readonly actions: readonly string[];
  readonly chain: ChainRows;
  /** Systems, actions, pairs, destinations, networks, clients, bindings. */
  readonly known: readonly KeptKnown[];
  readonly habit: HabitSums;
  readonly bits: KeptQuantiles;
  readonly fanouts: KeptQuantiles;
  readonly turns: KeptQuantiles;
  readonly refusals: readonly (readonly [string, number, number])[];
  readonly all: readonly [number, number];
  readonly peaks: readonly number[];
  readonly peaksMost: number | undefined;
  readonly sessions: number;
  readonly fadedDay: number | undefined;
  readonly fanoutLimit: number;
}
