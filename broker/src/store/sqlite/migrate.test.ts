import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { Instant } from '../../domain/instant.js';
import { applyMigrations, checksumOf, pendingMigrations } from './migrate.js';
import { migrations } from './migrations/index.js';

const now = 1_764_000_000_000_000 as Instant;
const one = { number: 1, sql: 'CREATE TABLE a (x INTEGER) STRICT' };
const two = { number: 2, sql: 'CREATE TABLE b (x INTEGER) STRICT' };

function migrated(...steps: readonly { number: number; sql: string }[]): Database.Database {
  const db = new Database(':memory:');
  applyMigrations(db, steps, now);
  return db;
}

describe('migrations', () => {
  it('applies only the steps that are missing', () => {
    const db = migrated(one);
    const pending = pendingMigrations(db, [one, two]);
    expect(pending).toEqual({ ok: true, value: [two] });
    applyMigrations(db, [two], now);
    expect(pendingMigrations(db, [one, two])).toEqual({ ok: true, value: [] });
  });

  it('wants every step of a new database', () => {
    expect(pendingMigrations(new Database(':memory:'), [one, two])).toEqual({
      ok: true,
      value: [one, two],
    });
  });

  it('refuses a step that was another one when it was applied', () => {
    const edited = { ...one, sql: `${one.sql} ` };
    const pending = pendingMigrations(migrated(one), [edited, two]);
    expect(pending.ok ? undefined : pending.error.code).toBe('migration_changed');
  });

  it('refuses a database that has been through a step it does not know', () => {
    const pending = pendingMigrations(migrated(one, two), [one]);
    expect(pending.ok ? undefined : pending.error.code).toBe('schema_newer');
  });

  // breaks when: a step runs outside its transaction
  it('leaves nothing of a step that fails halfway', () => {
    const db = new Database(':memory:');
    const broken = { number: 1, sql: 'CREATE TABLE a (x INTEGER) STRICT; CREATE TABLE a (y TEXT)' };
    expect(() => applyMigrations(db, [broken], now)).toThrow();
    expect(db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get()).toBe(0);
  });

  it('numbers its own steps from 1 without gaps', () => {
    expect(migrations.map(({ number }) => number)).toEqual(migrations.map((_, at) => at + 1));
    expect(new Set(migrations.map(checksumOf)).size).toBe(migrations.length);
  });
});

describe('the schema', () => {
  const db = migrated(...migrations);
  const revisions = [5, 5, 4].map((revision) => () => {
    db.prepare("INSERT INTO log (revision, kind, before) VALUES (?, 'before', 1)").run(revision);
  });

  it('is strict in every table', () => {
    const loose = db.prepare(
      "SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict = 0",
    );
    expect(loose.pluck().all()).toEqual(['sqlite_schema']);
  });

  it('lets the log only grow', () => {
    const [first, same, earlier] = revisions as [() => void, () => void, () => void];
    first();
    expect(same).toThrow();
    expect(earlier).toThrow();
    expect(() => db.exec('UPDATE log SET before = 2')).toThrow();
    expect(() => db.exec('DELETE FROM log')).toThrow();
  });

  it('lets audit records neither change nor go', () => {
    db.prepare('INSERT INTO audit VALUES (1, ?, ?)').run('{}', new Uint8Array(32));
    expect(() => db.exec("UPDATE audit SET record = '[]'")).toThrow();
    expect(() => db.exec('DELETE FROM audit')).toThrow();
  });

  it.each([
    ["'handle', NULL, 1, NULL, NULL"],
    ["'handle', 'AAAAAAAAAAAAAAAAAAAAAA', NULL, NULL, NULL"],
    ["'before', NULL, NULL, NULL, NULL"],
    ["'key-cut', NULL, NULL, NULL, NULL"],
    ["'resume', NULL, NULL, NULL, NULL"],
  ])('refuses a row of the log that says too little: %s', (values) => {
    const sql = `INSERT INTO log (revision, kind, handle, absolute, before, key_id)
      VALUES (99, ${values})`;
    expect(() => db.exec(sql)).toThrow();
  });
});
