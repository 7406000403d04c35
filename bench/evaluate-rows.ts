import { auc, caughtAt, levelsFrom, type Scores, scoresOf, shareOf } from './evaluate-figures.js';
import type { Line } from './evaluate-play.js';
import { percent, type Row } from './evaluate-table.js';

/** A goal of at least, or of at most, so much. */
export interface Goal {
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** What is known of a figure before the engine. */
export interface Known extends Goal {
  readonly simple?: string;
  readonly prototype?: string;
}

/** Row of an area under the curve. */
export function aucRow(task: string, scores: Scores, known: Known = {}): Row {
  const value = auc(scores);
  const figure = `AUC (${scores.attacks.length} v ${scores.benign.length})`;
  return rowOf(task, figure, value, value.toFixed(4), known, (goal) => goal.toFixed(3));
}

/** Row of the share of attacks that is caught at so many false positives. */
export function caughtRow(task: string, at: number, scores: Scores, known: Known = {}): Row {
  const value = caughtAt(at, scores);
  return rowOf(task, `true at ${100 * at} % false`, value, percent(value), known, percent);
}

/** Row of the share of sessions that come to a level. */
export function levelRow(
  task: string,
  level: keyof typeof levelsFrom,
  risks: readonly number[],
  known: Known = {},
): Row {
  const value = shareOf(risks, (risk) => risk >= levelsFrom[level]);
  return rowOf(task, `${level} or higher`, value, percent(value), known, percent);
}

/** Row of all four levels of some sessions. */
export function levelsRow(
  task: string,
  lines: readonly Line[],
  known: Pick<Known, 'prototype'> = {},
): Row {
  const risks = lines.map(({ maxRisk }) => maxRisk);
  const shares = Object.values(levelsFrom).map((from) => shareOf(risks, (risk) => risk >= from));
  return {
    task: `${task} (${lines.length})`,
    figure: 'observe / narrow / suspend / tree, %',
    engine: shares
      .map((share) => (100 * share).toFixed(share > 0 && share < 0.01 ? 1 : 0))
      .join(' / '),
    ...known,
  };
}

/** The rows that every task has. */
export function taskRows(
  task: string,
  lines: readonly Line[],
  known: { readonly auc?: Known; readonly at1?: Known; readonly at3?: Known; readonly at5?: Known },
): readonly Row[] {
  const scores = scoresOf(lines);
  return [
    aucRow(task, scores, known.auc),
    caughtRow(task, 0.01, scores, known.at1),
    caughtRow(task, 0.03, scores, known.at3),
    caughtRow(task, 0.05, scores, known.at5),
  ];
}

function rowOf(
  task: string,
  figure: string,
  value: number,
  engine: string,
  { atLeast, atMost, ...known }: Known,
  format: (goal: number) => string,
): Row {
  if (atLeast !== undefined)
    return {
      task,
      figure,
      engine,
      ...known,
      goal: `≥ ${format(atLeast)}`,
      isReached: value >= atLeast,
    };
  if (atMost !== undefined)
    return {
      task,
      figure,
      engine,
      ...known,
      goal: `≤ ${format(atMost)}`,
      isReached: value <= atMost,
    };
  return { task, figure, engine, ...known };
}
