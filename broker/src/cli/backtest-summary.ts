import type { Figures, Summary } from '../detect/replay/summary.js';
import { type Format, formatTable, type Output, print, printable } from './output.js';

const columns = [
  'dataset',
  'attack',
  'benign',
  'attacks',
  'AUC',
  'true at 1 %',
  'true at 5 %',
  'suspended',
  'false suspensions in 1,000',
] as const;

/** A summary, and how often each bound of the watch was hit. */
export interface PlayedSummary extends Summary {
  readonly boundHits: ReadonlyMap<string, number>;
}

/** Prints figures as a table with its remarks, or as JSON. */
export function printSummary(summary: PlayedSummary, format: Format, output: Output): void {
  const { rows, remarks, boundHits } = summary;
  const hits = [...boundHits].map(
    ([name, times]) =>
      `bound ${name} was hit ${times} times: what did not fit was folded or left out`,
  );
  const text = () =>
    [formatTable(columns, rows.map(cellsOf)), ...remarks.map(printable), ...hits].join('\n');
  print({ rows, remarks, boundHits: Object.fromEntries(boundHits) }, text, format, output);
}

function cellsOf(figures: Figures): readonly string[] {
  return [
    figures.dataset || '-',
    figures.attackKind ?? 'all',
    String(figures.benign),
    String(figures.attacks),
    figures.areaUnderCurve?.toFixed(3) ?? '-',
    percent(figures.truePositivesAt1),
    percent(figures.truePositivesAt5),
    percent(figures.attacks === 0 ? undefined : figures.attacksSuspended / figures.attacks),
    figures.falseSuspensionsPer1000?.toFixed(1) ?? '-',
  ];
}

function percent(share: number | undefined): string {
  return share === undefined ? '-' : `${(100 * share).toFixed(1)} %`;
}
