import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, describe, expect, it } from 'vitest';
import { connect, isSqliteSafe } from './connection.js';

describe('isSqliteSafe', () => {
  it.each(['3.53.0', '3.54.1', '3.100.0', '4.0.0'])('takes SQLite %s', (version) => {
    expect(isSqliteSafe(version)).toBe(true);
  });

  it.each(['3.52.0', '3.51.3', '3.9.0', '2.99.0', '', 'unknown'])(
    'refuses SQLite %s: the WAL-reset bug',
    (version) => {
      expect(isSqliteSafe(version)).toBe(false);
    },
  );
});

describe('connect', () => {
  const folder = mkdtempSync(join(tmpdir(), 'creance-connection-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** A database of some 50 pages, as bytes. */
  function sound(): Buffer {
    const file = join(folder, 'sound.db');
    const db = new Database(file);
    db.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT) STRICT; CREATE INDEX i ON t (v)');
    const insert = db.prepare('INSERT INTO t (v) VALUES (?)');
    for (let at = 0; at < 2_000; at += 1) insert.run(`value ${at} ${'x'.repeat(40)}`);
    db.close();
    const bytes = readFileSync(file);
    rmSync(file);
    return bytes;
  }

  function codeOf(bytes: Buffer): string | undefined {
    const file = join(folder, 'damaged.db');
    writeFileSync(file, bytes);
    const connected = connect(file);
    if (connected.ok) connected.value.close();
    rmSync(file);
    return connected.ok ? undefined : connected.error.code;
  }

  it('commits durably: WAL, synchronous FULL, foreign keys, nothing trusted in the schema', () => {
    const file = join(folder, 'new.db');
    writeFileSync(file, '');
    const connected = connect(file);
    if (!connected.ok) throw new Error(connected.error.code);
    const read = (name: string) => connected.value.pragma(name, { simple: true });
    expect(['journal_mode', 'synchronous', 'foreign_keys', 'trusted_schema'].map(read)).toEqual([
      'wal',
      2,
      1,
      0,
    ]);
    connected.value.close();
  });

  // breaks when: quick_check is left out
  it('refuses a database with a damaged page', { timeout: 120_000 }, () => {
    const bytes = sound();
    const pages = bytes.length / 4_096;
    const codes = Array.from({ length: pages - 2 }, (_, at) => {
      const damaged = Buffer.from(bytes);
      damaged.fill(0xa5, (at + 1) * 4_096, (at + 1) * 4_096 + 64);
      return codeOf(damaged);
    });
    expect(new Set(codes)).toEqual(new Set(['store_corrupt']));
    expect(codeOf(bytes)).toBeUndefined();
  });

  it('refuses what is not a database, or is cut off', () => {
    expect(codeOf(Buffer.from('not a database at all'.repeat(50)))).toBe('store_corrupt');
    expect(codeOf(sound().subarray(0, 40_000))).toBe('store_corrupt');
  });

  it('refuses a file that is not there', () => {
    const connected = connect(join(folder, 'nowhere', 'x.db'));
    expect(connected.ok ? undefined : connected.error.code).toBe('store_unreachable');
  });
});
