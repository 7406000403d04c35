import Database from 'better-sqlite3';
import type { StoreRefusal } from '../store.js';

/**
 * A write that cannot be done and has no way to say so in its answer. `reason` is what other writes
 * give as a refusal.
 */
export class StoreFault extends Error {
  readonly reason: StoreRefusal;

  constructor(reason: StoreRefusal) {
    super(`the store refuses the write: ${reason}`);
    this.name = 'StoreFault';
    this.reason = reason;
  }
}

/**
 * What a thrown fault means for the group it was thrown in: the disk is `full`, somebody else holds the
 * database (`busy`), one `item` is at fault, or the `disk` is and nothing may be believed any more.
 */
export type FaultKind = 'full' | 'busy' | 'item' | 'disk';

/** Faults of one statement's values: SQLite itself is well. */
const itemCodes = /^SQLITE_(CONSTRAINT|MISMATCH|TOOBIG|RANGE)/;

/** Judges a thrown fault. What is not known counts as the disk's (law 6). */
export function faultKind(fault: unknown): FaultKind {
  if (!(fault instanceof Database.SqliteError)) return 'item';
  if (fault.code === 'SQLITE_FULL') return 'full';
  if (fault.code.startsWith('SQLITE_BUSY')) return 'busy';
  return itemCodes.test(fault.code) ? 'item' : 'disk';
}
