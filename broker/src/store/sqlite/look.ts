import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Revision, revisionZero } from '@creance/proto';
import Database from 'better-sqlite3';
import { journalledCuts } from '../emergency/cut-journal.js';
import { isSqliteSafe } from './connection.js';
import { cutJournalName, markOf } from './marks.js';
import { codeOf, databaseName, marksIn } from './place.js';

/** What can be said of a store without opening it for writing, also beside a running broker. */
export interface StoreLook {
  /** Head of its log; undefined when there is no database yet. */
  readonly head: Revision | undefined;
  /** Where it has stood by its marks; `broken` when they do not say. */
  readonly mark: Revision | 'broken' | undefined;
  /** Cuts in the journal that the store does not have yet. */
  readonly cutsWaiting: number;
  /** The system's or driver's code when it cannot be read. */
  readonly fault: string | undefined;
}

/** The version of SQLite that stores are opened with, and whether it is free of the bug that corrupts one. */
export function sqliteInUse(): { readonly version: string; readonly isSafe: boolean } {
  const db = new Database(':memory:');
  try {
    const version = String(db.prepare('SELECT sqlite_version()').pluck().get());
    return { version, isSafe: isSqliteSafe(version) };
  } finally {
    db.close();
  }
}

/** Looks at the store in a folder. Never throws for what lies there. */
export function lookAtStore(directory: string): StoreLook {
  let nothing: StoreLook = { head: undefined, mark: undefined, cutsWaiting: 0, fault: undefined };
  let db: Database.Database | undefined;
  try {
    const marks = marksIn(directory);
    const cutsWaiting = journalledCuts(join(marks, cutJournalName)).length;
    nothing = { ...nothing, cutsWaiting };
    // The mark first: a running broker raises it after the log.
    const mark = markOf(marks);
    const file = join(directory, databaseName);
    if (!existsSync(file)) return { ...nothing, mark };
    db = new Database(file, { readonly: true, fileMustExist: true });
    return { ...nothing, mark, head: headOf(db) };
  } catch (error) {
    return { ...nothing, fault: codeOf(error) };
  } finally {
    db?.close();
  }
}

/** The head of the log of a database that may be new. */
export function headOf(db: Database.Database): Revision {
  const table = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'log'";
  if (db.prepare(table).get() === undefined) return revisionZero;
  return (db.prepare('SELECT max(revision) FROM log').pluck().get() ?? revisionZero) as Revision;
}
