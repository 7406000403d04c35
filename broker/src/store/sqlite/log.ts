import { type Handle, nextRevision, type Revision, revisionZero } from '@creance/proto';
import type Database from 'better-sqlite3';
import type { Clock } from '../../runtime/clock.js';
import type { LogRow } from '../store.js';
import type { Journal } from './journal.js';
import { Listeners } from './listeners.js';
import { LogReader } from './log-reader.js';
import { type LogRowColumns, logColumns } from './log-rows.js';

/** The revocation log: it only grows, and its revisions never repeat or go back (law 3). */
export class RevocationLog {
  /** What it has said so far, of this group included. */
  readonly read: LogReader;
  readonly #clock: Clock;
  readonly #journal: Journal;
  readonly #insert: Database.Statement<[LogRowColumns]>;
  readonly #listeners = new Listeners<readonly LogRow[]>();
  #head: Revision;
  /** The highest revision that was given to any row, of groups that were taken back too. */
  #given: Revision;
  #appended: LogRow[] = [];

  constructor(db: Database.Database, clock: Clock, journal: Journal) {
    this.#clock = clock;
    this.#journal = journal;
    this.#insert = db.prepare(`INSERT INTO log
      (revision, kind, handle, absolute, before, key_id, x, y, retire_at, ends_below)
      VALUES (@revision, @kind, @handle, @absolute, @before, @key_id, @x, @y, @retire_at,
        @ends_below)`);
    this.read = new LogReader(db);
    this.#head = this.read.last();
    this.#given = this.#head;
  }

  /** Revision of the last row, of this group included. */
  get head(): Revision {
    return this.#head;
  }

  /** Appends a row; taken back with the group. */
  append(entry: LogRow['entry']): Revision {
    return this.#put({ revision: this.#next(), entry });
  }

  /** Appends a cut of what was opened below a handle before the row. */
  appendBelow(handle: Handle): Revision {
    const entry = { kind: 'handle', handle, absolute: false } as const;
    return this.#put({ revision: this.#next(), entry }, { ends_below: 1 });
  }

  /**
   * Appends a cut of everything before a revision, or before the row itself. The row lies above `floor`
   * too, which a restored store has stood at.
   */
  appendBefore(
    before: Revision | undefined,
    floor: Revision = revisionZero,
  ): { revision: Revision; before: Revision } {
    const revision = this.#next(floor);
    const entry = { kind: 'before', before: before ?? revision } as const;
    this.#put({ revision, entry });
    return { revision, before: entry.before };
  }

  /**
   * Revisions for rows that the journal keeps and no group writes. Above each that a group was given: one that was
   * taken back may be on the disk all the same, when its fsync has failed.
   */
  reserve(count: number, floor: Revision = revisionZero): readonly Revision[] {
    let last = Math.max(this.#head, this.#given, floor) as Revision;
    return Array.from({ length: count }, () => {
      last = nextRevision(last, this.#clock.now());
      return last;
    });
  }

  /** Has rows stand at once that the disk has not taken, and tells the listeners. */
  tellPending(rows: readonly LogRow[]): void {
    this.#raise((rows.at(-1) as LogRow).revision);
    this.#listeners.tell(rows);
  }

  /** Writes a row that has its revision; `endsBelow` as of `appendBelow`. Tells nobody. */
  merge(row: LogRow, endsBelow: boolean): void {
    this.#insert.run({ ...logColumns(row), ends_below: endsBelow ? 1 : 0 });
    this.#raise(row.revision);
  }

  /** Calls back with the rows of each group that had some; gives the way to stop. */
  listen(listener: (rows: readonly LogRow[]) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Tells the listeners what the group that was just committed has appended. */
  publish(): void {
    const rows = this.#appended;
    if (rows.length === 0) return;
    this.#appended = [];
    this.#listeners.tell(rows);
  }

  #next(floor: Revision = revisionZero): Revision {
    return nextRevision(Math.max(this.#head, floor) as Revision, this.#clock.now());
  }

  #raise(revision: Revision): void {
    this.#head = Math.max(this.#head, revision) as Revision;
    this.#given = Math.max(this.#given, revision) as Revision;
  }

  #put(row: LogRow, over: Partial<LogRowColumns> = {}): Revision {
    const before = this.#head;
    this.#insert.run({ ...logColumns(row), ...over });
    this.#raise(row.revision);
    this.#appended.push(row);
    this.#journal.onRollback(() => {
      this.#head = before;
      this.#appended.pop();
    });
    return row.revision;
  }
}
