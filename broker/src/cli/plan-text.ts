import { styleText } from 'node:util';
import type { ManifestChange, PlanManifestResponse } from '@creance/proto/wire';
import { count } from './confirm.js';
import { printable } from './output.js';

/** A plan as people read it: a line a change, marked by what it does, and the sum. */
export function planText(plan: PlanManifestResponse): string {
  const rows = plan.changes.map((change) => ({ change, cells: cellsOf(change) }));
  const widths = [0, 1].map((at) =>
    Math.max(0, ...rows.map(({ cells }) => cells[at]?.length ?? 0)),
  );
  const lines = rows.map(({ change, cells }) => lineOf(change, cells, widths));
  const more = plan.leftOut > 0 ? [`… and ${count(plan.leftOut, 'change')} more`] : [];
  return [...lines, ...more, summary(plan)].join('\n');
}

/** The sum of a plan in one line. */
function summary({ changes, leftOut, widenings, sessionsEnding }: PlanManifestResponse): string {
  const all = count(changes.length + leftOut, 'change');
  const widen =
    widenings === 0
      ? 'nothing widens'
      : `${widenings} of them ${widenings === 1 ? 'widens' : 'widen'}`;
  return `${all}, ${widen}; ${count(sessionsEnding, 'live session')} would end`;
}

/** A plan as programs read it. */
export function planJson(plan: PlanManifestResponse): Readonly<Record<string, unknown>> {
  const { version, changes, leftOut, widenings, sessionsEnding } = plan;
  return {
    version: Number(version),
    changes: changes.map(({ path, before, after, widens, sessions }) => ({
      path,
      before: before ?? null,
      after: after ?? null,
      widens: widens === '' ? null : widens,
      sessions,
    })),
    leftOut,
    widenings,
    sessionsEnding,
  };
}

function cellsOf({ path, before, after }: ManifestChange): readonly [string, string] {
  const states = [before, after].filter((state) => state !== undefined);
  return [printable(path), states.map(printable).join(' → ')];
}

function lineOf(
  { before, after, widens, sessions }: ManifestChange,
  [path, states]: readonly [string, string],
  [first = 0, second = 0]: readonly number[],
): string {
  const [sign, colour] =
    before === undefined
      ? (['+', 'green'] as const)
      : after === undefined
        ? (['-', 'red'] as const)
        : (['~', 'yellow'] as const);
  const touched = sessions === 0 ? '' : count(sessions, 'session');
  const why = widens === '' ? '' : styleText(['bold', 'red'], `widens: ${printable(widens)}`);
  const body = `${path.padEnd(first)}  ${states.padEnd(second)}  ${touched.padEnd(12)}`;
  return `${styleText(colour, sign)} ${body}  ${why}`.trimEnd();
}
