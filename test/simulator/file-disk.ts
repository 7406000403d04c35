import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { openSqliteStore } from '../../broker/src/store/index.js';
import type { StoreSurroundings } from '../../broker/src/store/sqlite/assemble.js';
import type { Store } from '../../broker/src/store/store.js';
import { opened } from '../support/store.js';
import type { Disk } from './disk.js';
import { memoryFolder } from './memory-folder.js';

/** The store as a broker opens it, on files. A kill leaves what the files hold at that moment. */
export class FileDisk implements Disk {
  /** None: the disk is well. */
  readonly journalled: readonly [] = [];
  readonly #root = mkdtempSync(join(memoryFolder(), 'creance-simulator-'));
  #folder = join(this.#root, 'first');
  #store: Store | undefined;
  #reader: Database.Database | undefined;
  #kills = 0;

  open(surroundings: StoreSurroundings): Store {
    this.#store = opened(openSqliteStore({ directory: this.#folder, ...surroundings }));
    return this.#store;
  }

  kill(): void {
    this.#kills += 1;
    const next = join(this.#root, `kill ${this.#kills}`);
    this.#reader?.close();
    this.#reader = undefined;
    cpSync(this.#folder, next, {
      recursive: true,
      filter: (path) => !path.endsWith('-shm') && !path.includes('creance.lock'),
    });
    // It writes down what waits, where nobody looks any more.
    void this.#store?.close();
    this.#folder = next;
  }

  /** Real files fail in the tests of faults; here the disk is well. */
  failNextCommit(): void {}

  rows<Row>(sql: string, ...asked: unknown[]): readonly Row[] {
    this.#reader ??= new Database(join(this.#folder, 'creance.db'), { readonly: true });
    return this.#reader.prepare(sql).all(...asked) as Row[];
  }

  dispose(): void {
    this.#reader?.close();
    void this.#store?.close();
    rmSync(this.#root, { recursive: true, force: true });
  }
}
