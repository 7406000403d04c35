import { ok, type Result } from '@creance/proto';
import Database from 'better-sqlite3';
import { refuseOpen, type StoreOpenFault } from './open-fault.js';
import { codeOf } from './place.js';

/** The right to be the only process on a store. */
export interface StoreLock {
  release(): void;
}

/**
 * Takes the lock of a store: an exclusive transaction on a file of its own, held open. The system lets
 * go of it when the process ends, however it ends, so that a kill -9 leaves nothing to clean up.
 */
export function takeLock(file: string): Result<StoreLock, StoreOpenFault> {
  let lock: Database.Database | undefined;
  try {
    lock = new Database(file, { timeout: 0 });
    // Nothing is ever written to it, so no journal file need lie about.
    lock.pragma('journal_mode = MEMORY');
    lock.exec('BEGIN EXCLUSIVE');
    const held = lock;
    return ok({ release: () => void held.close() });
  } catch (error) {
    lock?.close();
    const code = codeOf(error);
    return code.startsWith('SQLITE_BUSY')
      ? refuseOpen('store_in_use', `another broker runs on the store of ${file}`)
      : refuseOpen('store_unreachable', `${file}: ${code}`);
  }
}
