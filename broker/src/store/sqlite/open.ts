import { ok, type Result } from '@creance/proto';
import Database from 'better-sqlite3';
import type { Store } from '../store.js';
import { assembleStore, type StoreSurroundings } from './assemble.js';
import { connect, refuseFile } from './connection.js';
import { identityFault, readIdentity, writeIdentity } from './identity.js';
import { takeLock } from './lock.js';
import { applyMigrations, pendingMigrations } from './migrate.js';
import { migrations } from './migrations/index.js';
import type { StoreOpenFault } from './open-fault.js';
import { type Place, preparePlace } from './place.js';

/** What `openSqliteStore` needs. */
export interface SqliteStoreOptions extends StoreSurroundings {
  /** Folder of the files; made with mode 0700 when it is missing. */
  readonly directory: string;
}

/**
 * Opens the embedded store in a folder, and makes it on first sight. Refused when another process has
 * it, when it is for another issuer or kind of broker, when others can read it, when SQLite can corrupt
 * it, when its schema is not one that this version knows, and when it is corrupt. Refusing changes
 * nothing in a store that exists.
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
  { database }: Place,
  options: SqliteStoreOptions,
  release: () => void,
): Result<Store, StoreOpenFault> {
  const db = connect(database);
  if (!db.ok) return db;
  try {
    const ready = makeReady(db.value, options);
    if (ready.ok) return ok(assembleStore(db.value, options, release));
    db.value.close();
    return ready;
  } catch (error) {
    db.value.close();
    if (error instanceof Database.SqliteError) return refuseFile(database, error);
    throw error;
  }
}

/** Judges before it writes: a store of somebody else is not even migrated. */
function makeReady(
  db: Database.Database,
  { identity, clock }: SqliteStoreOptions,
): Result<void, StoreOpenFault> {
  const pending = pendingMigrations(db, migrations);
  if (!pending.ok) return pending;
  const found = readIdentity(db);
  const fault = found && identityFault(found, identity);
  if (fault !== undefined) return fault;
  const now = clock.now();
  applyMigrations(db, pending.value, now);
  if (found === undefined) writeIdentity(db, identity, now);
  return ok(undefined);
}
