import { cpSync, rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import { chainHash } from '../audit-chain.js';

/** For tests: makes a copy of a closed database and changes it past every trigger. */
export function tamper(
  original: string,
  copy: string,
  change: (db: Database.Database) => void,
): void {
  for (const end of ['', '-wal', '-shm']) rmSync(`${copy}${end}`, { force: true });
  cpSync(original, copy);
  const db = new Database(copy);
  db.pragma('journal_mode = MEMORY');
  db.pragma('synchronous = OFF');
  db.pragma('foreign_keys = OFF');
  const triggers = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").pluck();
  for (const name of triggers.all()) db.exec(`DROP TRIGGER ${name}`);
  change(db);
  db.close();
}

/** For tests: hashes a chain anew from a record on, as somebody does who knows how it is made. */
export function rehash(db: Database.Database, from: number): void {
  const rows = db.prepare('SELECT sequence, record, hash FROM audit ORDER BY sequence').all() as {
    sequence: number;
    record: string;
    hash: Buffer;
  }[];
  let previous: Uint8Array = new Uint8Array(32);
  for (const { sequence, record, hash } of rows) {
    const next = sequence < from ? hash : chainHash(previous, record);
    db.prepare('UPDATE audit SET hash = ? WHERE sequence = ?').run(next, sequence);
    previous = next;
  }
}
