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
  /** Told what there is after each measure, so that a run that is broken off leaves that. */
  readonly keep: (results: Results) => void;
}): Promise<Results> {
  const { isQuick, only, keep } = ask;
  const plan = planOf(isQuick);
  const place = placeOf();
  const startedAt = performance.now();
  const rows: Partial<Record<RowName, Row>> = {};
  const failed: Record<string, string> = {};
  const isAsked = (goal: string) => only === undefined || only.includes(goal);
  const results = (): Results => ({
    place,
    slots: { taken: plan.slots.taken, dropped: plan.slots.dropped, loud: plan.slots.loud },
    seconds: Math.round((performance.now() - startedAt) / 1_000),
    rows,
    peers: measuredPeers(),
    failed,
  });
  for (const { goals, run } of measures.filter((one) => one.goals.some(isAsked))) {
    const beganAt = performance.now();
    try {
      for (const figure of await inTime(run(plan))) {
        if (!isAsked(goalOf(figure.row))) continue;
        printFigure(figure);
        rows[figure.row] = { ...figure, isQuick, measuredAt: nowText() };
      }
    } catch (fault) {
      failed[goals.join(' ')] = wordsOf(fault);
      console.log(`${goals.join(' ')} could not be measured: ${wordsOf(fault)}`);
    }
    console.log(`${''.padEnd(15)}(${Math.round((performance.now() - beganAt) / 1_000)} s)`);
    keep(results());
  }
  const { taken, dropped, loud } = plan.slots;
  console.log(`slots: ${taken} taken, ${dropped} dropped, ${loud} of those taken were loud`);
  return results();
}

function wordsOf(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault);
}

/** The figures, unless they take too long, or something fails meanwhile that nobody waits for. */
async function inTime(figures: Promise<readonly Figure[]>): Promise<readonly Figure[]> {
  let end: (fault: unknown) => void = () => {};
  const broken = new Promise<never>((_, reject) => {
    end = reject;
  });
  const late = new Error(`not done in ${measureSecondsMax} s`);
  const timer = setTimeout(() => end(late), measureSecondsMax * 1_000);
  process.on('unhandledRejection', end);
  try {
    return await Promise.race([figures, broken]);
  } finally {
    clearTimeout(timer);
    process.off('unhandledRejection', end);
    figures.catch(() => {});
  }
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
