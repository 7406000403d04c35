import { type Handle, type Revision, revisionZero, type Thumbprint } from '@creance/proto';
import type Database from 'better-sqlite3';
import type { Session } from '../../domain/session.js';
import type { LogRow } from '../store.js';
import { handlesOf } from './cuts.js';
import { type LogRowColumns, logRowOf } from './log-rows.js';

const firstBelow =
  'SELECT min(revision) FROM log WHERE ends_below = 1 AND handle = ? AND revision > ?';
const lastBelow =
  'SELECT handle, max(revision) AS revision FROM log WHERE ends_below = 1 GROUP BY handle';

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
  readonly #lastBelow: Database.Statement<[], { handle: string; revision: number }>;

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
    this.#lastBelow = db.prepare(lastBelow);
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

  /** Each handle that was cut with what hung below it, and the revision of its last cut. */
  *handleCuts(): Generator<readonly [Handle, Revision]> {
    for (const { handle, revision } of this.#lastBelow.iterate()) {
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
