import { join } from 'node:path';
import type { CurrentRegistry } from './domain/registry.js';
import type { Clock } from './runtime/clock.js';
import { rosterName, rosterOf, rosterText } from './store/emergency/roster.js';
import type { Store } from './store/store.js';
import { writeWholeFile } from './whole-file.js';

/** What the roster is kept from. */
export interface RoomsOfRoster {
  /** The data folder. */
  readonly data: string;
  readonly store: Pick<Store, 'identity' | 'knownMembers' | 'onAudit'>;
  readonly registry: CurrentRegistry;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: { error(fields: object, text: string): void };
}

/** Milliseconds for which changes are gathered: who joins in a crash's last second cuts once the store is back. */
const gatherMillis = 1_000;

/** Kinds of records after which somebody else may come, or something else can be cut by name. */
const changing = new Set<string>([
  'session_opened',
  'handle_cut',
  'registry_changed',
  'manifest_applied',
  'theft_answered',
  'risk_suspended',
]);

/**
 * Keeps the roster in step with the store, so that a start without it knows who may cut. Written at the start and
 * after what changes it; gives the way to stop, which writes it once more.
 */
export function keepRoster({ data, store, registry, clock, logger }: RoomsOfRoster): () => void {
  const file = join(data, 'marks', rosterName);
  let written = '';
  let timer: NodeJS.Timeout | undefined;
  const write = () => {
    clearTimeout(timer);
    timer = undefined;
    try {
      const known = store.knownMembers(clock.now());
      const text = rosterText(rosterOf(store.identity, registry(), known));
      if (text !== written) writeWholeFile(file, text);
      written = text;
    } catch (fault) {
      // The last one stays: the broker goes on, and a start without a store knows whom it knew then.
      logger.error({ fault: (fault as Error).message }, 'the roster could not be written');
    }
  };
  const stop = store.onAudit((records) => {
    if (records.some(({ event }) => changing.has(event.kind)))
      timer ??= setTimeout(write, gatherMillis).unref();
  });
  write();
  return () => {
    stop();
    write();
  };
}
