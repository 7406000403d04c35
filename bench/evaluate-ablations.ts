import { changed, type Session } from './evaluate-data.js';
import { scoresOf } from './evaluate-figures.js';
import { type Fold, playFolds } from './evaluate-play.js';
import { aucRow, caughtRow, levelRow } from './evaluate-rows.js';
import type { Row } from './evaluate-table.js';
import { cold, injected, skewed, splice, wholeSeconds } from './evaluate-tasks.js';

/** Events of history that a cold workload has. */
const histories = [0, 10, 30];

/** Rows of the engine with something taken away or spoilt. */
export async function ablationRows(folder: string): Promise<readonly Row[]> {
  const unproved = (sessions: readonly Session[]) =>
    changed(sessions, ({ key_binding: _, ...event }) => event);
  const rows = [
    ...(await rowsOf('T5, no key proof', 0.01, splice(folder, unproved), {
      auc: '0.948',
      caught: '67 %',
      suspend: '1.2 %',
    })),
    ...(await rowsOf('T5, clocks 2 s apart', 0.01, splice(folder, skewed))),
    ...(await rowsOf('T5, times in whole seconds', 0.01, splice(folder, wholeSeconds))),
    ...(await rowsOf(
      'T1b, no destinations',
      0.03,
      injected(folder, (event) => ({ ...event, dest: [], dest_declared: undefined }) as never),
    )),
  ];
  for (const events of histories) {
    const words = `${events} events of history`;
    rows.push(...(await rowsOf(`T5, ${words}`, 0.01, cold(splice(folder), events))));
    rows.push(...(await rowsOf(`T1b, ${words}`, 0.03, cold(injected(folder), events))));
  }
  return rows;
}

async function rowsOf(
  task: string,
  at: number,
  folds: readonly Fold[],
  prototype: { readonly auc?: string; readonly caught?: string; readonly suspend?: string } = {},
): Promise<readonly Row[]> {
  const scores = scoresOf(await playFolds(folds));
  const known = (text: string | undefined) => (text === undefined ? {} : { prototype: text });
  return [
    aucRow(task, scores, known(prototype.auc)),
    caughtRow(task, at, scores, known(prototype.caught)),
    levelRow(`${task}, benign`, 'narrow', scores.benign),
    levelRow(`${task}, benign`, 'suspend', scores.benign, known(prototype.suspend)),
  ];
}
