import type { Workload } from '../../domain/registry.js';

/** What is expected of a class before anything was seen: natural logarithms of seconds. */
const priors: Readonly<
  Record<Workload['class'], { readonly mean: number; readonly spread: number }>
> = {
  agent: { mean: Math.log(4.5), spread: 1 },
  batch: { mean: Math.log(0.1), spread: 0.6 },
  human: { mean: Math.log(2), spread: 1 },
};

/** What the prior is worth: gaps for the spread within a session, sessions for the one between them. */
const priorGaps = 20;
const priorSessions = 2;
const priorBetween = 0.5;

/** A session teaches the spread within it as if it had at most so many gaps: a long one is no crowd. */
const gapsPerSession = 20;

/** No gap counts as shorter: clocks are not that exact. */
const leastGapSeconds = 0.02;

/** A gap as habits hold it: the logarithm of its seconds. */
export function gapOf(seconds: number): number {
  return Math.log(Math.max(seconds, leastGapSeconds));
}

/** How long a workload waits between its actions, in logarithms of seconds, and how sessions differ. */
export interface Habit {
  /** Mean over sessions, each worth the same. */
  readonly mean: number;
  /** Variance between the means of sessions. */
  readonly between: number;
  /** Variance of gaps within a session. */
  readonly within: number;
}

/** What sessions have shown of their gaps. */
export interface HabitSums {
  sessions: number;
  means: number;
  meansSquared: number;
  withinSquares: number;
  withinGaps: number;
}

/** Sums of no session. */
export function emptyHabit(): HabitSums {
  return { sessions: 0, means: 0, meansSquared: 0, withinSquares: 0, withinGaps: 0 };
}

/** Adds a session's gaps, in logarithms of seconds. */
export function learnGaps(sums: HabitSums, gaps: readonly number[]): void {
  if (gaps.length === 0) return;
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const squares = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0);
  const worth = Math.min(1, gapsPerSession / gaps.length);
  sums.sessions += 1;
  sums.means += mean;
  sums.meansSquared += mean * mean;
  sums.withinSquares += squares * worth;
  sums.withinGaps += (gaps.length - 1) * worth;
}

/** The habit that a class and what was seen of a workload make together. */
export function habitOf(kind: Workload['class'], sums: HabitSums): Habit {
  const prior = priors[kind];
  const sessions = priorSessions + sums.sessions;
  const mean = (priorSessions * prior.mean + sums.means) / sessions;
  const scattered = sums.meansSquared - 2 * mean * sums.means + sums.sessions * mean * mean;
  const between = (priorSessions * priorBetween ** 2 + Math.max(0, scattered)) / sessions;
  const within =
    (priorGaps * prior.spread ** 2 + sums.withinSquares) / (priorGaps + sums.withinGaps);
  return { mean, between, within };
}

/** What the next gap of a session is expected to be. */
export interface Expectation {
  readonly mean: number;
  readonly deviation: number;
}

/**
 * Expects the next gap of a session from its workload's habit and its own gaps so far (`sum` of `count`):
 * the posterior predictive distribution of a normal mean with a normal prior. A batch that starts fast is
 * soon expected to go on so; an agent that was slow is not.
 */
export function expectGap(habit: Habit, sum: number, count: number): Expectation {
  const variance = 1 / (1 / habit.between + count / habit.within);
  const mean = variance * (habit.mean / habit.between + sum / habit.within);
  return { mean, deviation: Math.sqrt(habit.within + variance) };
}

/**
 * What a gap adds to a session's own habit: never less than one deviation below what was expected, so
 * that who takes a session over cannot quickly make his speed its habit.
 */
export function habitGap(gap: number, { mean, deviation }: Expectation): number {
  return Math.max(gap, mean - deviation);
}
