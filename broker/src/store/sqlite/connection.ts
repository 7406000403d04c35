import { ok, type Result } from '@creance/proto';
import Database from 'better-sqlite3';
import { type OpenRefused, refuseOpen, type StoreOpenFault } from './open-fault.js';
import { codeOf } from './place.js';

/** Milliseconds to wait for a foreign writer; the event loop waits too, so not long. */
const busyMillis = 50;

/** Bytes of the write-ahead log that are kept after a checkpoint. */
const walBytesKept = 67_108_864;

/** The first SQLite without the WAL-reset bug in a release that stayed (3.52.0 was withdrawn). */
const sqliteLeast = [3, 53] as const;

/** KiB of pages in memory. */
const cacheKib = 65_536;

/** What `PRAGMA synchronous` reads back when every commit reaches the disk before it returns. */
const synchronousFull = 2;

/** Whether a version of SQLite is free of the WAL-reset bug. */
export function isSqliteSafe(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > sqliteLeast[0] || (major === sqliteLeast[0] && minor >= sqliteLeast[1]);
}

/** Opens the database of a store for writing and looks through it once. */
export function connect(file: string): Result<Database.Database, StoreOpenFault> {
  let db: Database.Database | undefined;
  try {
    db = new Database(file, { timeout: busyMillis, fileMustExist: true });
    const fault = prepare(db, file);
    if (fault === undefined) return ok(db);
    db.close();
    return fault;
  } catch (error) {
    db?.close();
    return refuseFile(file, error);
  }
}

function prepare(db: Database.Database, file: string): OpenRefused | undefined {
  const version = String(db.prepare('SELECT sqlite_version()').pluck().get());
  if (!isSqliteSafe(version)) return refuseOpen('sqlite_too_old', `this is SQLite ${version}`);
  const wal = db.pragma('journal_mode = WAL', { simple: true });
  db.pragma('synchronous = FULL');
  db.pragma(`cache_size = -${cacheKib}`);
  db.pragma('fullfsync = ON');
  db.pragma('foreign_keys = ON');
  db.pragma('trusted_schema = OFF');
  db.pragma('cell_size_check = ON');
  db.pragma(`journal_size_limit = ${walBytesKept}`);
  if (wal !== 'wal' || db.pragma('synchronous', { simple: true }) !== synchronousFull) {
    return refuseOpen('store_unreachable', `${file}: commits would not be durable here`);
  }
  const found = db.pragma('quick_check(1)', { simple: true });
  return found === 'ok' ? undefined : refuseOpen('store_corrupt', `${file}: ${found}`);
}

/** A driver's fault on a file, in the words of a store that does not open. */
export function refuseFile(file: string, error: unknown): OpenRefused {
  const code = codeOf(error);
  const corrupt = code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB';
  return refuseOpen(corrupt ? 'store_corrupt' : 'store_unreachable', `${file}: ${code}`);
}
