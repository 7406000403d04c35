import type { Figure } from './figure.js';
import { goalReasons } from './goal-reasons.js';
import { measuredPeers } from './goals/g03-peers.js';
import { goalOf, type RowName, verdictOf } from './goals.js';
import { measures } from './measures.js';
import { placeOf } from './place.js';
import { planOf } from './plan.js';
import { printFigure } from './print.js';
import type { Results, Row } from './results.js';

/** A measure that takes longer than this has hung. */
const measureSecondsMax = 600;

/** Runs the goals that are asked for, one after the other; one that fails does not stop the others. */
export async function runAll(ask: {
  readonly isQuick: boolean;
  readonly only: readonly string[] | undefined;
}): Promise<Results> {
  const { isQuick, only } = ask;
  const plan = planOf(isQuick);
  const startedAt = performance.now();
  const rows: Partial<Record<RowName, Row>> = {};
  const failed: Record<string, string> = {};
  const isAsked = (goal: string) => only === undefined || only.includes(goal);
  for (const { goals, run } of measures.filter((one) => one.goals.some(isAsked))) {
    const beganAt = performance.now();
    try {
      for (const figure of await inTime(run(plan))) {
        if (!isAsked(goalOf(figure.row))) continue;
        printFigure(figure);
        rows[figure.row] = { ...figure, isQuick, measuredAt: nowText() };
      }
    } catch (fault) {
      const words = fault instanceof Error ? fault.message : String(fault);
      failed[goals.join(' ')] = words;
      console.log(`${goals.join(' ')} could not be measured: ${words}`);
    }
    console.log(`${''.padEnd(15)}(${Math.round((performance.now() - beganAt) / 1_000)} s)`);
  }
  const { taken, dropped, loud } = plan.slots;
  console.log(`slots: ${taken} taken, ${dropped} dropped, ${loud} of those taken were loud`);
  return {
    place: placeOf(),
    slots: { taken, dropped, loud },
    seconds: Math.round((performance.now() - startedAt) / 1_000),
    rows,
    peers: measuredPeers(),
    failed,
  };
}

async function inTime(figures: Promise<readonly Figure[]>): Promise<readonly Figure[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const fault = new Error(`not done in ${measureSecondsMax} s`);
    timer = setTimeout(() => reject(fault), measureSecondsMax * 1_000);
  });
  return Promise.race([figures, late]).finally(() => clearTimeout(timer));
}

/** Whether a gate was missed that nobody has given a reason for, or something could not be measured. */
export function hasMissedUnexplained({ rows, failed }: Results): boolean {
  const isMissed = ({ row, value, best }: Figure) =>
    verdictOf(row, value, best) === 'missed' && goalReasons[row] === undefined;
  return Object.keys(failed).length > 0 || Object.values(rows).some(isMissed);
}

function nowText(): string {
  return new Date(performance.timeOrigin + performance.now()).toISOString().slice(0, 16);
}
