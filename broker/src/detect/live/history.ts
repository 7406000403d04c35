import type { Workload } from '../../domain/registry.js';
import { lineOf } from '../replay/write.js';
import type { Action } from '../watch/action.js';
import type { LiveSession } from './live-session.js';

/** Where the lines go. */
export interface TakesLines {
  /** Takes the line, without its end, that `write` gives. */
  take(write: () => string): void;
}

/** What tells these lines from other recordings. */
const liveDataset = 'live';

/**
 * Notes an action that was judged as a line that `creance backtest` reads. A line is the session's own,
 * whatever tree it belongs to.
 */
export function noteJudged(
  history: TakesLines,
  { id, workload: actor }: Pick<LiveSession, 'id' | 'workload'>,
  workload: Pick<Workload, 'class'>,
  action: Action,
): void {
  history.take(() => {
    return lineOf(action, { session: id, actor, class: workload.class, dataset: liveDataset });
  });
}
