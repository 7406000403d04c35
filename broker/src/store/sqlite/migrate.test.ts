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

describe('the step to trees', () => {
  const handle = (letter: string) => letter.repeat(22);
  const key = (letter: string) => letter.repeat(43);
  const insertSession = `INSERT INTO sessions (id, parent, kind, name, member, owner, key,
    evidence_issuer, evidence_key, txn, opened_at, opened_revision, absolute_end_at, active_at)
    VALUES (?, ?, 'workload', 'w', ?, ?, ?, ?, ?, 'txn', 1, 1, 9, 1)`;

  function spine(): Database.Database {
    const db = migrated(...migrations.slice(0, 1));
    const rest = [handle('m'), handle('o'), key('k'), handle('i'), handle('e')];
    db.prepare(insertSession).run(handle('r'), null, ...rest);
    db.prepare(insertSession).run(handle('c'), handle('r'), ...rest);
    db.exec(`INSERT INTO join_tokens (hash, handle, kind, name, expires_at, uses, used, networks)
      VALUES ('${key('h')}', '${handle('t')}', 'workload', 'w', 9, 2, 1, '[]')`);
    db.exec(`INSERT INTO evidence_keys VALUES
      ('${key('e')}', '${handle('e')}', '${handle('u')}', 'workload', 'w', 9)`);
    db.exec(`INSERT INTO redemptions VALUES ('${key('h')}', '${key('e')}', 1)`);
    db.exec(`INSERT INTO redemptions VALUES ('${key('h')}', '${key('f')}', 1)`);
    db.exec(`INSERT INTO log (revision, kind, handle, absolute)
      VALUES (5, 'handle', '${handle('r')}', 1)`);
    applyMigrations(db, migrations.slice(1), now);
    return db;
  }

  // breaks when: 0002 leaves children with evidence of their own, or asks the last join token alone
  it('leaves sessions, evidence and the log of before what they were', () => {
    const db = spine();
    const read = (sql: string) => db.prepare(sql).raw().all();
    const none = [null, null, null, null, null];
    expect(
      read(`SELECT id, own_evidence, principal, upstream, task, suspended_at, rekeyed_at
        FROM sessions ORDER BY ordinal`),
    ).toEqual([
      [handle('r'), 1, ...none],
      [handle('c'), 0, ...none],
    ]);
    expect(read('SELECT issuer, key FROM registrations ORDER BY issuer')).toEqual([
      [handle('t'), key('e')],
      [handle('u'), key('e')],
    ]);
    expect(read('SELECT cut FROM join_tokens')).toEqual([[0]]);
    expect(read('SELECT revision, ends_below FROM log')).toEqual([[5, 0]]);
    expect(read('SELECT count(*) FROM cut_keys')).toEqual([[0]]);
  });

  it.each([
    ['a key that had a session', "INSERT INTO former_keys VALUES ('K', NULL)", 'former_keys'],
    ['a key that was cut', "INSERT INTO cut_keys VALUES ('K')", 'cut_keys'],
  ])('lets nobody delete %s', (_, insert, table) => {
    const db = spine();
    db.exec(insert.replace('K', key('k')));
    expect(() => db.exec(`DELETE FROM ${table}`)).toThrow();
  });

  it.each([["'handle', 'R', 1, 1"], ["'handle', 'R', 0, 2"], ["'before', NULL, NULL, 1"]])(
    'refuses a row of the log that ends what it cannot: %s',
    (values) => {
      const sql = `INSERT INTO log (revision, kind, handle, absolute, ends_below, before)
      VALUES (9, ${values.replace('R', handle('r'))}, 1)`;
      expect(() => spine().exec(sql)).toThrow();
    },
  );
});

describe('the step to the watch', () => {
  const handle = (letter: string) => letter.repeat(22);
  const key = (letter: string) => letter.repeat(43);

  // breaks when: 0003 leaves a hold from before without a cause: then nobody could tell who may end it
  it('takes holds from before for an operator’s, and leaves who is free free', () => {
    const db = migrated(...migrations.slice(0, 2));
    const insert = db.prepare(`INSERT INTO sessions (id, kind, name, member, owner, key,
      evidence_issuer, evidence_key, txn, opened_at, opened_revision, absolute_end_at, active_at,
      suspended_at, held_from, held_to)
      VALUES (?, 'workload', 'w', ?, ?, ?, ?, ?, 'txn', 1, 1, 9, 1, ?, ?, ?)`);
    const rest = [handle('m'), handle('o'), key('k'), handle('i'), handle('e')];
    insert.run(handle('a'), ...rest, 5, 5, null);
    insert.run(handle('b'), ...rest, null, 5, 6);
    insert.run(handle('c'), ...rest, null, null, null);
    applyMigrations(db, migrations.slice(2), now);
    expect(db.prepare('SELECT held_for FROM sessions ORDER BY id').pluck().all()).toEqual([
      'operator',
      'operator',
      null,
    ]);
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
