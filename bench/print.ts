import type { Figure, Part } from './figure.js';
import { type Goal, goals, type RowName, rowNames, verdictOf } from './goals.js';
import type { Results } from './results.js';

/** Three digits, and no more than whole numbers of anything large. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}

/** A limit as it is said: `≥ 0.5 ×`. */
export function limitText({ better, unit }: Goal, limit: number): string {
  return `${better === 'higher' ? '≥' : '≤'} ${digits(limit)} ${unit}`;
}

/** A part as it is said: median [least–most]. */
export function partText({ name, unit, median, least, most }: Part): string {
  return `${name}: ${digits(median)} [${digits(least)}–${digits(most)}] ${unit}`;
}

/** Prints figures as they come. */
export function printFigure(figure: Figure): void {
  const { row, value, best } = figure;
  const goal = goals[row];
  const verdict = verdictOf(row, value, best);
  const limits = `target ${limitText(goal, goal.target)}, gate ${limitText(goal, goal.gate)}`;
  const measured = `${digits(value)} (${digits(best)}) ${goal.unit}`;
  console.log(`${row.padEnd(14)} ${measured.padEnd(26)} ${verdict.padEnd(16)} ${goal.words}`);
  console.log(`${''.padEnd(15)}${limits}`);
  for (const one of figure.parts) console.log(`${''.padEnd(15)}${partText(one)}`);
}

/** The last line of `--json`: by row the value, the limits, and how it came out. */
export function jsonLine({ rows, failed }: Pick<Results, 'rows' | 'failed'>): string {
  const row = (name: RowName) => {
    const measured = rows[name];
    const { target, gate, better, unit }: Goal = goals[name];
    if (measured === undefined) return [];
    const { value, best } = measured;
    const verdict = verdictOf(name, value, best);
    return [[name, { value, best, target, gate, better, unit, verdict }]];
  };
  return JSON.stringify({
    ...Object.fromEntries(rowNames.flatMap(row)),
    ...(Object.keys(failed).length > 0 && { failed }),
  });
}
