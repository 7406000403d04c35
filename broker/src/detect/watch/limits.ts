import type { Workload } from '../../domain/registry.js';
import type { CalmPeaks } from './calm-peaks.js';
import type { FanoutLimit } from './fanout-limit.js';
import { type Habit, type HabitSums, habitOf } from './habit.js';
import type { Quantiles } from './quantiles.js';

/** Actions, and sessions that they come from, from which what was learned is trusted whole. */
const trustedActions = 30;
const trustedSessions = 12;
/** Actions of which origins must be known before a new one says much. */
const trustedOriginActions = 10;

/** Calls in one turn of a workload that nothing is known of. */
const turnPrior = 8;
const sessionsForQuantile = 20;

/** The figures of a profile that a judgement reads. */
export interface Limits {
  readonly habit: Habit;
  /** Quantiles of surprise of calm steps, in bits. */
  readonly bits60: number;
  readonly bits95: number;
  /** Chain evidence that calm sessions show themselves. */
  readonly calmChain: number;
  readonly fanout: number;
  readonly turn: number;
  /** From 0 to 1: how far behaviour alone may be judged, and origins. */
  readonly confidence: number;
  readonly originConfidence: number;
}

/** What was counted of a workload's calm sessions. */
export interface ProfileSums {
  readonly kind: Workload['class'];
  readonly sessions: number;
  /** Faded. */
  readonly actions: number;
  readonly habit: HabitSums;
}

/** The figures that a judgement reads, from what calm sessions have shown. */
export function limitsOf(
  { kind, sessions, actions, habit }: ProfileSums,
  bits: Quantiles,
  turns: Quantiles,
  peaks: CalmPeaks,
  fanout: FanoutLimit,
): Limits {
  return {
    habit: habitOf(kind, habit),
    bits60: bits.at(0.6, 1, 0),
    bits95: bits.at(0.95, 1, 0),
    calmChain: peaks.calm,
    fanout: fanout.limit,
    turn: Math.max(1, turns.at(0.99, sessionsForQuantile, turnPrior)),
    confidence: Math.min(1, actions / trustedActions, sessions / trustedSessions),
    originConfidence: Math.min(1, actions / trustedOriginActions),
  };
}
