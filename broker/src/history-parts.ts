import { join } from 'node:path';
import { History } from './store/history/history.js';
import type { Meters } from './telemetry/meters.js';
import type { TellLogger } from './tell-parts.js';

/** Once a second: what a crash takes is at most the last one. */
const flushMillis = 1_000;

/** What the history stands on. */
export interface RoomsOfHistory {
  /** The broker's data folder. */
  readonly data: string;
  /** Bytes that are kept at most; zero: nothing is written. */
  readonly bytes: number;
  readonly meters: Pick<Meters, 'historyLost' | 'limitHit'>;
  readonly logger: Pick<TellLogger, 'warn' | 'error'>;
}

/** A history that is written down. */
export interface RunningHistory {
  readonly history: History;
  /** Writes what waits, and stops. */
  close(): Promise<void>;
}

/** Opens the history of judged actions, and writes it from then on. Nothing is read or made yet. */
export function startHistory({ data, bytes, meters, logger }: RoomsOfHistory): RunningHistory {
  const history = new History({
    folder: join(data, 'history'),
    bytes,
    onLost: (cause, lines) => meters.historyLost(cause, lines),
    onRemoved: () => meters.limitHit('historyBytes'),
    onFault: (fault) =>
      logger.error(
        { fault: fault.message },
        'the history of actions cannot be written; all else goes on',
      ),
    onMended: (linesLost) => logger.warn({ linesLost }, 'the history of actions is written again'),
  });
  const timer = setInterval(() => void history.flush(), flushMillis).unref();
  return {
    history,
    async close() {
      clearInterval(timer);
      await history.close();
    },
  };
}
