import { createHash } from 'node:crypto';
import { ok, type Result } from '@creance/proto';
import type Database from 'better-sqlite3';
import type { Instant } from '../../domain/instant.js';
import type { Migration } from './migrations/index.js';
import { refuseOpen, type StoreOpenFault } from './open-fault.js';

interface Applied {
  readonly number: number;
  readonly checksum: string;
}

const createTable = `CREATE TABLE IF NOT EXISTS migrations (
  number INTEGER PRIMARY KEY CHECK (number > 0),
  checksum TEXT NOT NULL,
  applied_at INTEGER NOT NULL
) STRICT`;

/** SHA-256 of a migration's text, as hex. */
export function checksumOf(migration: Migration): string {
  return createHash('sha256').update(migration.sql).digest('hex');
}

/**
 * Compares what a database has been through with what this version knows; writes nothing. Gives the
 * steps that are missing.
 */
export function pendingMigrations(
  db: Database.Database,
  known: readonly Migration[],
): Result<readonly Migration[], StoreOpenFault> {
  const applied = appliedTo(db);
  for (const { number, checksum } of applied) {
    const migration = known[number - 1];
    if (migration === undefined) {
      return refuseOpen('schema_newer', `the store has been through step ${number} of its schema`);
    }
    if (checksumOf(migration) !== checksum) {
      return refuseOpen('migration_changed', `step ${number} of the schema was another one here`);
    }
  }
  return ok(known.slice(applied.length));
}

/** Applies steps, each in a transaction with the note that it was done. */
export function applyMigrations(
  db: Database.Database,
  pending: readonly Migration[],
  now: Instant,
): void {
  for (const migration of pending) {
    const step = db.transaction(() => {
      db.exec(createTable);
      db.exec(migration.sql);
      db.prepare('INSERT INTO migrations (number, checksum, applied_at) VALUES (?, ?, ?)').run(
        migration.number,
        checksumOf(migration),
        now,
      );
    });
    step.immediate();
  }
}

function appliedTo(db: Database.Database): readonly Applied[] {
  const table = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'migrations'";
  if (db.prepare(table).get() === undefined) return [];
  return db.prepare<[], Applied>('SELECT number, checksum FROM migrations ORDER BY number').all();
}
