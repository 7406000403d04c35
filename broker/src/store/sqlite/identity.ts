import type Database from 'better-sqlite3';
import type { Instant } from '../../domain/instant.js';
import type { StoreIdentity } from '../store.js';
import { type OpenRefused, refuseOpen } from './open-fault.js';

interface IdentityRow {
  readonly issuer: string;
  readonly dev: number;
}

/** The identity that a database was created with; undefined when it is new. */
export function readIdentity(db: Database.Database): StoreIdentity | undefined {
  const table = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'identity'";
  if (db.prepare(table).get() === undefined) return undefined;
  const row = db.prepare<[], IdentityRow>('SELECT issuer, dev FROM identity').get();
  return row && { issuer: row.issuer, dev: row.dev === 1 };
}

/** Writes the identity of a new database, for ever. */
export function writeIdentity(db: Database.Database, identity: StoreIdentity, now: Instant): void {
  db.prepare('INSERT INTO identity (one, issuer, dev, created_at) VALUES (1, ?, ?, ?)').run(
    identity.issuer,
    identity.dev ? 1 : 0,
    now,
  );
}

/** Refuses a store that is for something else; undefined when it is the one that was asked for. */
export function identityFault(found: StoreIdentity, asked: StoreIdentity): OpenRefused | undefined {
  if (found.dev && !asked.dev) {
    return refuseOpen('store_is_dev', 'the store belongs to a development broker');
  }
  if (!found.dev && asked.dev) {
    return refuseOpen('store_is_not_dev', `the store belongs to ${found.issuer}`);
  }
  if (found.issuer !== asked.issuer) {
    const message = `the store belongs to ${found.issuer} and not to ${asked.issuer}`;
    return refuseOpen('store_of_other_issuer', message);
  }
  return undefined;
}
