import type { Revision } from '@creance/proto';
import type Database from 'better-sqlite3';
import type { Journal } from './journal.js';

/** The floor of the log, on the disk and in memory: it only rises (law 3). */
export class Floor {
  readonly #journal: Journal;
  readonly #raise: Database.Statement<[number]>;
  #revision: Revision;

  constructor(db: Database.Database, journal: Journal) {
    this.#journal = journal;
    this.#raise = db.prepare('UPDATE log_floor SET revision = ?');
    const found = db.prepare<[], number>('SELECT revision FROM log_floor').pluck().get();
    this.#revision = (found ?? 0) as Revision;
  }

  /** What lies below it ends no token that can live. Of this group included. */
  get revision(): Revision {
    return this.#revision;
  }

  /** Raises it; a lower one changes nothing. Taken back with the group. */
  raise(to: Revision): void {
    const before = this.#revision;
    if (to <= before) return;
    this.#raise.run(to);
    this.#revision = to;
    this.#journal.onRollback(() => {
      this.#revision = before;
    });
  }
}
