import { ok, type Result } from '@creance/proto';
import Database from 'better-sqlite3';
import type { Store } from '../store.js';
import { assembleStore, type StoreSurroundings } from './assemble.js';
import { connect, refuseFile } from './connection.js';
import { identityFault, readIdentity, writeIdentity } from './identity.js';
import { takeLock } from './lock.js';
import { headOf } from './look.js';
import { type Marks, markOf, openMarks } from './marks.js';
import { applyMigrations, pendingMigrations } from './migrate.js';
import { migrations } from './migrations/index.js';
import { type OpenRefused, refuseOpen, type StoreOpenFault } from './open-fault.js';
import { codeOf, type Place, preparePlace } from './place.js';

/** What `openSqliteStore` needs. */
export interface SqliteStoreOptions extends StoreSurroundings {
  /** Folder of the files; made with mode 0700 when it is missing. */
  readonly directory: string;
  /**
   * Takes the database for a backup that was put back: ends every session, voids every token and join
   * token of before, has every member join anew, cuts again what was cut for good, and starts also behind
   * the mark.
   */
  readonly restored?: boolean;
}

/**
 * Opens the embedded store in a folder, and makes it on first sight. Refused when another process has
 * it, when it is for another issuer or kind of broker, when others can read it, when SQLite can corrupt
 * it, when its schema is not one that this version knows, when it is corrupt, and when it is behind what
 * it had committed before (law 3). Refusing changes nothing in a store that exists.
 */
export function openSqliteStore(options: SqliteStoreOptions): Result<Store, StoreOpenFault> {
  const place = preparePlace(options.directory);
  if (!place.ok) return place;
  const lock = takeLock(place.value.lock);
  if (!lock.ok) return lock;
  let opened: Result<Store, StoreOpenFault> | undefined;
  try {
    opened = openDatabase(place.value, options, lock.value.release);
    return opened;
  } finally {
    if (!opened?.ok) lock.value.release();
  }
}

function openDatabase(
  { database, marks }: Place,
  options: SqliteStoreOptions,
  release: () => void,
): Result<Store, StoreOpenFault> {
  const db = connect(database);
  if (!db.ok) return db;
  let opened: Result<Store, StoreOpenFault> | undefined;
  try {
    const ready = makeReady(db.value, marks, options);
    opened = ready.ok ? assemble(db.value, marks, options, release) : ready;
    return opened;
  } catch (error) {
    if (error instanceof Database.SqliteError) return refuseFile(database, error);
    throw error;
  } finally {
    if (!opened?.ok) db.value.close();
  }
}

function assemble(
  db: Database.Database,
  folder: string,
  options: SqliteStoreOptions,
  release: () => void,
): Result<Store, StoreOpenFault> {
  const marks = tryMarks(folder);
  if (!marks.ok) return marks;
  try {
    return ok(assembleStore(db, { ...options, marks: marks.value }, release));
  } catch (error) {
    marks.value.close();
    if (!codeOf(error).startsWith('E')) throw error;
    return refuseOpen('store_unreachable', `${folder}: ${codeOf(error)}`);
  }
}

function tryMarks(folder: string): Result<Marks, StoreOpenFault> {
  try {
    return ok(openMarks(folder));
  } catch (error) {
    return refuseOpen('store_unreachable', `${folder}: ${codeOf(error)}`);
  }
}

/** Judges before it writes: a store of somebody else is not even migrated. */
function makeReady(
  db: Database.Database,
  marks: string,
  { identity, clock, restored = false }: SqliteStoreOptions,
): Result<void, StoreOpenFault> {
  const pending = pendingMigrations(db, migrations);
  if (!pending.ok) return pending;
  const found = readIdentity(db);
  const fault = found && identityFault(found, identity);
  if (fault !== undefined) return fault;
  const behind = restored ? undefined : behindMark(db, marks);
  if (behind !== undefined) return behind;
  const now = clock.now();
  applyMigrations(db, pending.value, now);
  if (found === undefined) writeIdentity(db, identity, now);
  return ok(undefined);
}

/** Refuses a database that has not seen all that was committed here. */
function behindMark(db: Database.Database, folder: string): OpenRefused | undefined {
  const mark = markOf(folder);
  if (mark === undefined) return undefined;
  if (mark === 'broken') {
    return refuseOpen('store_behind_mark', `${folder} does not say where the store has stood`);
  }
  const head = headOf(db);
  return head < mark
    ? refuseOpen('store_behind_mark', `the store stands at ${head} and has stood at ${mark}`)
    : undefined;
}
