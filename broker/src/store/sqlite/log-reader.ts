import { type Handle, type Revision, revisionZero, type Thumbprint } from '@creance/proto';
import type Database from 'better-sqlite3';
import type { Session } from '../../domain/session.js';
import type { LogRow } from '../store.js';
import { handlesOf } from './cuts.js';
import { type LogRowColumns, logRowOf } from './log-rows.js';

const firstBelow =
  'SELECT min(revision) FROM log WHERE ends_below = 1 AND handle = ? AND revision > ?';
/** By the index on the revision, named: the planner would rather walk every handle that was ever cut. */
const cutsBelow = `SELECT handle, revision FROM log INDEXED BY log_cuts_below
  WHERE ends_below = 1 AND revision > ? ORDER BY revision`;
const keyRows = `SELECT * FROM log INDEXED BY log_keys
  WHERE kind IN ('token-key', 'key-cut') ORDER BY revision`;
const lastBefore = `SELECT * FROM log WHERE kind = 'before' ORDER BY before DESC, revision LIMIT 1`;

/** What the log has said so far. */
export class LogReader {
  readonly #last: Database.Statement<[], number | null>;
  readonly #after: Database.Statement<[number, number], LogRowColumns>;
  readonly #known: Database.Statement<[number]>;
  readonly #tokenKey: Database.Statement<[string], number | null>;
  readonly #keyCut: Database.Statement<[string], number | null>;
  readonly #allKeyCuts: Database.Statement<[], string>;
  readonly #beforeCut: Database.Statement<[number], number | null>;
  readonly #beforeMost: Database.Statement<[], number | null>;
  readonly #firstBelow: Database.Statement<[string, number], number | null>;
  readonly #cutsBelow: Database.Statement<[number], { handle: string; revision: number }>;
  readonly #keyRows: Database.Statement<[], LogRowColumns>;
  readonly #lastBefore: Database.Statement<[], LogRowColumns>;

  constructor(db: Database.Database) {
    const number = <P extends unknown[]>(sql: string) => db.prepare<P, number | null>(sql).pluck();
    this.#last = number('SELECT max(revision) FROM log');
    this.#after = db.prepare('SELECT * FROM log WHERE revision > ? ORDER BY revision LIMIT ?');
    this.#known = db.prepare('SELECT 1 FROM log WHERE revision = ?');
    this.#tokenKey = number("SELECT revision FROM log WHERE kind = 'token-key' AND key_id = ?");
    this.#keyCut = number("SELECT min(revision) FROM log WHERE kind = 'key-cut' AND key_id = ?");
    this.#allKeyCuts = db
      .prepare<[], string>("SELECT DISTINCT key_id FROM log WHERE kind = 'key-cut'")
      .pluck();
    this.#beforeCut = number("SELECT min(revision) FROM log WHERE kind = 'before' AND before > ?");
    this.#beforeMost = number("SELECT max(before) FROM log WHERE kind = 'before'");
    this.#firstBelow = number(firstBelow);
    this.#cutsBelow = db.prepare(cutsBelow);
    this.#keyRows = db.prepare(keyRows);
    this.#lastBefore = db.prepare(lastBefore);
  }

  /** Revision of the last row. */
  last(): Revision {
    return (this.#last.get() ?? revisionZero) as Revision;
  }

  /** Rows after a revision, ascending, at most `limit`. */
  after(revision: Revision, limit: number): readonly LogRow[] {
    return this.#after.all(revision, limit).map(logRowOf);
  }

  /** The row at a revision. */
  at(revision: Revision): LogRow | undefined {
    const [row] = this.after((revision - 1) as Revision, 1);
    return row?.revision === revision ? row : undefined;
  }

  /** Whether the log has stood at a revision. It began at zero. */
  isKnown(revision: Revision): boolean {
    return revision === revisionZero || this.#known.get(revision) !== undefined;
  }

  /** Revision at which a token key was published. */
  tokenKeyRevision(keyId: Thumbprint): Revision | undefined {
    return (this.#tokenKey.get(keyId) ?? undefined) as Revision | undefined;
  }

  /** Revision at which a token key was cut first. */
  keyCutRevision(keyId: Thumbprint): Revision | undefined {
    return (this.#keyCut.get(keyId) ?? undefined) as Revision | undefined;
  }

  /** Every token key that was cut. */
  allKeyCuts(): readonly Thumbprint[] {
    return this.#allKeyCuts.all() as Thumbprint[];
  }

  /** The highest `before` of all cuts: what was opened below it has ended. */
  beforeMost(): Revision {
    return (this.#beforeMost.get() ?? revisionZero) as Revision;
  }

  /** Every row that publishes or cuts a token key, ascending: some a day. */
  keyRows(): readonly LogRow[] {
    return this.#keyRows.all().map(logRowOf);
  }

  /** The row that has cut the most of what was before; undefined when there is none. */
  lastBefore(): LogRow | undefined {
    const row = this.#lastBefore.get();
    return row && logRowOf(row);
  }

  /** Handles that were cut after a revision with what hung below them, ascending: the last one counts. */
  *handleCuts(after: Revision): Generator<readonly [Handle, Revision]> {
    for (const { handle, revision } of this.#cutsBelow.iterate(after)) {
      yield [handle as Handle, revision as Revision];
    }
  }

  /** Revision of the first cut that has ended a path without a mark on any of its sessions. */
  markless(path: readonly Session[]): Revision | undefined {
    const opened = path[0]?.openedRevision;
    const before = opened === undefined ? undefined : this.#beforeCut.get(opened);
    const below = path.flatMap((session) =>
      handlesOf(session).map(
        (handle) => handle && this.#firstBelow.get(handle, session.openedRevision),
      ),
    );
    const revisions = [before, ...below].filter((revision) => typeof revision === 'number');
    return revisions.length === 0 ? undefined : (Math.min(...revisions) as Revision);
  }
}

/** Rows that mean something however old they are, ascending. */
export function standingRows(read: Pick<LogReader, 'keyRows' | 'lastBefore'>): readonly LogRow[] {
  const before = read.lastBefore();
  const rows = before === undefined ? read.keyRows() : [...read.keyRows(), before];
  return rows.toSorted((one, other) => one.revision - other.revision);
}
