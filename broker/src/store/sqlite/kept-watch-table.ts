import type Database from 'better-sqlite3';
import type { KeptWatch, WatchKind } from '../store.js';

/** The table and column of each kind. */
const places = {
  profile: { table: 'watch_profiles', name: 'workload' },
  asked: { table: 'watch_asked', name: 'workload' },
  session: { table: 'watch_sessions', name: 'session' },
} as const satisfies Readonly<Record<WatchKind, object>>;

/** Rows of a page when all are read. */
const pageRows = 256;

interface Statements {
  readonly save: Database.Statement<[string, Uint8Array]>;
  readonly forget: Database.Statement<[string]>;
  readonly page: Database.Statement<[string, number], KeptWatch>;
  readonly names: Database.Statement<[], string>;
}

/** What the watch keeps, on the disk alone. */
export class KeptWatchTable {
  readonly #of: Readonly<Record<WatchKind, Statements>>;

  constructor(db: Database.Database) {
    this.#of = {
      profile: statementsOf(db, 'profile'),
      asked: statementsOf(db, 'asked'),
      session: statementsOf(db, 'session'),
    };
  }

  /** Keeps bytes in place of those before. */
  save(kind: WatchKind, name: string, bytes: Uint8Array): void {
    this.#of[kind].save.run(name, bytes);
  }

  forget(kind: WatchKind, name: string): void {
    this.#of[kind].forget.run(name);
  }

  /** Forgets what was kept of a session that has ended. */
  forgetSession(id: string): void {
    this.forget('session', id);
  }

  /** All names of a kind. */
  names(kind: WatchKind): readonly string[] {
    return this.#of[kind].names.all();
  }

  /** All rows of a kind, by name: read page by page, so that writes may come between. */
  *rows(kind: WatchKind): Generator<KeptWatch> {
    let after = '';
    while (true) {
      const page = this.#of[kind].page.all(after, pageRows);
      yield* page;
      const last = page.at(-1);
      if (last === undefined || page.length < pageRows) return;
      after = last.name;
    }
  }
}

function statementsOf(db: Database.Database, kind: WatchKind): Statements {
  const { table, name } = places[kind];
  return {
    save: db.prepare(`INSERT INTO ${table} (${name}, bytes) VALUES (?, ?)
      ON CONFLICT (${name}) DO UPDATE SET bytes = excluded.bytes`),
    forget: db.prepare(`DELETE FROM ${table} WHERE ${name} = ?`),
    page: db.prepare(`SELECT ${name} AS name, bytes FROM ${table}
      WHERE ${name} > ? ORDER BY ${name} LIMIT ?`),
    names: db.prepare<[], string>(`SELECT ${name} FROM ${table}`).pluck(),
  };
}
