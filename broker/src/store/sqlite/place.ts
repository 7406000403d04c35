import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ok, type Result } from '@creance/proto';
import { type OpenRefused, refuseOpen, type StoreOpenFault } from './open-fault.js';

/** The database inside a store's folder. */
export const databaseName = 'creance.db';

/** The file that one process at a time holds. */
export function lockIn(directory: string): string {
  return join(directory, lockName);
}

/** The folder of what a store must never fall behind. */
export function marksIn(directory: string): string {
  return join(directory, marksName);
}

const lockName = 'creance.lock';
const marksName = 'marks';
const readableByOthers = 0o077;
const writableByOthers = 0o022;

/** Where a store lies. */
export interface Place {
  readonly database: string;
  readonly lock: string;
  /** Folder of what the store must never fall behind. */
  readonly marks: string;
}

/**
 * Prepares a folder for a store: makes what is missing (folder 0700, files 0600) and refuses a folder
 * that others can write or files that others can read.
 */
export function preparePlace(directory: string): Result<Place, StoreOpenFault> {
  const place = {
    database: join(directory, databaseName),
    lock: lockIn(directory),
    marks: marksIn(directory),
  };
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    createPrivate(place.lock);
    createPrivate(place.database);
    syncFolder(directory);
    return exposed(directory, place) ?? ok(place);
  } catch (error) {
    return refuseOpen('store_unreachable', `${directory}: ${codeOf(error)}`);
  }
}

/**
 * Creates only: opening and closing a file that SQLite has open in this process would drop its locks
 * (POSIX locks belong to the process, not to the descriptor).
 */
export function createPrivate(file: string): void {
  if (!existsSync(file)) closeSync(openSync(file, 'wx', 0o600));
}

/** A new file survives a power cut only once its folder is on the disk too. */
export function syncFolder(directory: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(directory, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function exposed(directory: string, { database, lock, marks }: Place): OpenRefused | undefined {
  if (process.platform === 'win32') return undefined;
  if ((statSync(directory).mode & writableByOthers) !== 0) {
    return refuseOpen('store_not_private', `others can write ${directory}`);
  }
  const all = [database, `${database}-wal`, `${database}-shm`, lock, marks];
  const files = all.filter((file) => existsSync(file));
  const open = files.find((file) => (statSync(file).mode & readableByOthers) !== 0);
  return open === undefined
    ? undefined
    : refuseOpen('store_not_private', `others can read ${open}`);
}

/** The code of a system or driver error, and nothing else of it. */
export function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | undefined)?.code ?? 'unknown');
}
