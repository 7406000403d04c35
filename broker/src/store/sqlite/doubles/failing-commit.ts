import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { FakeClock } from '../../../doubles/fake-clock.js';
import type { Store, StoreIdentity } from '../../store.js';
import { assembleStore, type StoreFiles } from '../assemble.js';
import { connect } from '../connection.js';
import { applyMigrations } from '../migrate.js';
import { migrations } from '../migrations/index.js';
import { createPrivate } from '../place.js';

const folders: string[] = [];

/** For tests: what the stores of `stage` are for. */
export const identity: StoreIdentity = { issuer: 'https://creance.test', dev: false };

/** For tests: a store whose disk fails when told. */
export interface Stage {
  readonly store: Store;
  readonly clock: FakeClock;
  readonly file: string;
  readonly db: Database.Database;
  readonly failures: Error[];
  /** The next COMMITs throw this instead of committing. */
  failCommit(fault: Error | undefined): void;
}

/** A new database on the disk. */
function newFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'creance-faults-'));
  folders.push(folder);
  const file = join(folder, 'creance.db');
  createPrivate(file);
  return file;
}

/** For tests: a connection as the store has it. */
export function connected(file: string): Database.Database {
  const result = connect(file);
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
}

/** For tests: a real store, on a new file unless one is named, whose COMMIT fails when told. */
export function stage(file: string = newFile(), files: StoreFiles = {}): Stage {
  const db = file === ':memory:' ? new Database(file) : connected(file);
  const clock = new FakeClock();
  applyMigrations(db, migrations, clock.now());
  let fault: Error | undefined;
  const failing = withCommit(db, () => {
    if (fault !== undefined) throw fault;
  });
  const failures: Error[] = [];
  const onFailed = (each: Error) => failures.push(each);
  const store = assembleStore(failing, { identity, clock, onFailed, ...files }, () => {});
  const failCommit = (next: Error | undefined) => {
    fault = next;
  };
  return { store, clock, file, db, failures, failCommit };
}

/** For tests: removes the files of all stages. */
export function removeStages(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** The same connection, with something that runs before each COMMIT and may throw in its place. */
function withCommit(db: Database.Database, before: () => void): Database.Database {
  return new Proxy(db, {
    get(target, name) {
      const member = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        const result = member.apply(target, args);
        if (name !== 'prepare' || args[0] !== 'COMMIT') return result;
        return {
          run: () => {
            before();
            return result.run();
          },
        };
      };
    },
  });
}
