import type { Logger } from 'pino';
import type { Clock } from './runtime/clock.js';
import type { Store } from './store/store.js';
import type { Meters } from './telemetry/meters.js';

/** Counts the rows of the log, and says at which moment of the machine each commit was. */
export function noteLog(
  store: Pick<Store, 'onLog'>,
  { logger, clock, meters }: { logger: Logger; clock: Clock; meters: Meters },
): void {
  store.onLog((rows) => {
    const [monotonicMillis, revision] = [clock.monotonicMillis(), rows.at(-1)?.revision];
    for (const { entry } of rows) meters.logRow(entry.kind);
    logger.info({ revision, rows: rows.length, monotonicMillis }, 'log grew');
  });
}
