import type { KeptWatch, WatchKind, WatchRow } from '../../store/store.js';
import { changedAsked, restoreAsked } from '../live/keep-asked.js';
import { ProfileKeeper, restoreProfiles } from '../live/keep-profiles.js';
import { changedSessions, restoreSessions } from '../live/keep-sessions.js';
import type { Watch } from '../live/watch.js';
import type { Engine } from '../watch/engine.js';

/** Sessions that are kept at a time. */
const keptMost = 1_000;

/** For tests: what a watch keeps over a restart, as the store would hold it. */
export class KeptInMemory {
  readonly #rows = new Map<string, WatchRow>();
  readonly #profiles = new ProfileKeeper();

  /** Keeps what has changed, as the broker does once a second. */
  keep({ sessions }: Watch, engine: Engine): void {
    const rows = [
      ...this.#profiles.changed(sessions),
      ...changedAsked(sessions.workloads.asked),
      ...changedSessions(engine, sessions, keptMost),
    ];
    for (const row of rows) {
      const key = `${row.kind} ${row.name}`;
      if (row.bytes === undefined) this.#rows.delete(key);
      else this.#rows.set(key, row);
    }
  }

  /** Rows of a kind. */
  watchRows(kind: WatchKind): readonly KeptWatch[] {
    return [...this.#rows.values()].flatMap(({ kind: of, name, bytes }) =>
      of === kind && bytes !== undefined ? [{ name, bytes }] : [],
    );
  }

  /** Puts what was kept into a watch that has just begun. */
  restore({ sessions }: Watch): void {
    restoreProfiles(this, sessions, () => {});
    restoreAsked(this, sessions.workloads.asked);
    restoreSessions(this, sessions);
  }
}
