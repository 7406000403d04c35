import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { faultKind } from './fault.js';

describe('faultKind', () => {
  const rows = [
    ['SQLITE_FULL', 'full'],
    ['SQLITE_BUSY', 'busy'],
    ['SQLITE_BUSY_SNAPSHOT', 'busy'],
    ['SQLITE_CONSTRAINT_PRIMARYKEY', 'item'],
    ['SQLITE_CONSTRAINT_TRIGGER', 'item'],
    ['SQLITE_MISMATCH', 'item'],
    ['SQLITE_TOOBIG', 'item'],
    ['SQLITE_IOERR', 'disk'],
    ['SQLITE_IOERR_FSYNC', 'disk'],
    ['SQLITE_CORRUPT', 'disk'],
    ['SQLITE_NOTADB', 'disk'],
    ['SQLITE_READONLY_DBMOVED', 'disk'],
    ['SQLITE_NOMEM', 'disk'],
    ['SQLITE_ERROR', 'disk'],
    ['SQLITE_OF_THE_FUTURE', 'disk'],
  ] as const;

  it.each(rows)('counts %s as a fault of the %s', (code, kind) => {
    expect(faultKind(new Database.SqliteError('', code))).toBe(kind);
  });

  it('counts what is not the driver’s as a fault of the item', () => {
    expect(faultKind(new TypeError('a fault of ours'))).toBe('item');
  });
});
