import { nextRevision, type Revision, revisionZero, type Thumbprint } from '@creance/proto';
import type Database from 'better-sqlite3';
import type { Clock } from '../../runtime/clock.js';
import type { LogRow } from '../store.js';
import type { Journal } from './journal.js';
import { type LogRowColumns, logColumns, logRowOf } from './log-rows.js';

type Listener = (rows: readonly LogRow[]) => void;

/** The revocation log: it only grows, and its revisions never repeat or go back (law 3). */
export class RevocationLog {
  readonly #clock: Clock;
  readonly #journal: Journal;
  readonly #insert: Database.Statement<[LogRowColumns]>;
  readonly #after: Database.Statement<[number, number], LogRowColumns>;
  readonly #known: Database.Statement<[number]>;
  readonly #tokenKey: Database.Statement<[string], number>;
  readonly #beforeCut: Database.Statement<[number], number | null>;
  readonly #beforeMost: Database.Statement<[], number | null>;
  readonly #listeners = new Set<Listener>();
  #head: Revision;
  #appended: LogRow[] = [];

  constructor(db: Database.Database, clock: Clock, journal: Journal) {
    this.#clock = clock;
    this.#journal = journal;
    this.#insert = db.prepare(`INSERT INTO log VALUES (@revision, @kind, @handle, @absolute,
      @before, @key_id, @x, @y, @retire_at)`);
    this.#after = db.prepare('SELECT * FROM log WHERE revision > ? ORDER BY revision LIMIT ?');
    this.#known = db.prepare('SELECT 1 FROM log WHERE revision = ?');
    this.#tokenKey = db
      .prepare<[string], number>("SELECT revision FROM log WHERE kind = 'token-key' AND key_id = ?")
      .pluck();
    this.#beforeCut = db
      .prepare<[number], number | null>(
        "SELECT min(revision) FROM log WHERE kind = 'before' AND before > ?",
      )
      .pluck();
    this.#beforeMost = db
      .prepare<[], number | null>("SELECT max(before) FROM log WHERE kind = 'before'")
      .pluck();
    const last = db.prepare<[], number | null>('SELECT max(revision) FROM log').pluck().get();
    this.#head = (last ?? revisionZero) as Revision;
  }

  /** Revision of the last row, of this group included. */
  get head(): Revision {
    return this.#head;
  }

  /** Appends a row; taken back with the group. */
  append(entry: LogRow['entry']): Revision {
    return this.#put({ revision: this.#next(), entry });
  }

  /** Appends a cut of everything before a revision, or before the row itself. */
  appendBefore(before: Revision | undefined): { revision: Revision; before: Revision } {
    const revision = this.#next();
    const entry = { kind: 'before', before: before ?? revision } as const;
    this.#put({ revision, entry });
    return { revision, before: entry.before };
  }

  /** Rows after a revision, ascending, at most `limit`. */
  after(revision: Revision, limit: number): readonly LogRow[] {
    return this.#after.all(revision, limit).map(logRowOf);
  }

  /** Whether the log has stood at a revision. It began at zero. */
  isKnown(revision: Revision): boolean {
    return revision === revisionZero || this.#known.get(revision) !== undefined;
  }

  /** Revision at which a token key was published. */
  tokenKeyRevision(keyId: Thumbprint): Revision | undefined {
    return this.#tokenKey.get(keyId) as Revision | undefined;
  }

  /** The highest `before` of all cuts: what was opened below it has ended. */
  beforeMost(): Revision {
    return (this.#beforeMost.get() ?? revisionZero) as Revision;
  }

  /** Revision of the first cut "before" that ended what was opened at a revision. */
  beforeCutOf(openedRevision: Revision): Revision | undefined {
    return (this.#beforeCut.get(openedRevision) ?? undefined) as Revision | undefined;
  }

  #next(): Revision {
    return nextRevision(this.#head, this.#clock.now());
  }

  #put(row: LogRow): Revision {
    const before = this.#head;
    this.#insert.run(logColumns(row));
    this.#head = row.revision;
    this.#appended.push(row);
    this.#journal.onRollback(() => {
      this.#head = before;
      this.#appended.pop();
    });
    return row.revision;
  }

  /** Calls back with the rows of each group that had some; gives the way to stop. */
  listen(listener: Listener): () => void {
    const own: Listener = (rows) => listener(rows);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  /** Tells the listeners what the group that was just committed has appended. */
  publish(): void {
    const rows = this.#appended;
    if (rows.length === 0) return;
    this.#appended = [];
    for (const listener of [...this.#listeners]) {
      try {
        listener(rows);
      } catch (fault) {
        // A listener's fault is nobody else's: the others hear the rows, and the process hears of it.
        queueMicrotask(() => {
          throw fault;
        });
      }
    }
  }
}
