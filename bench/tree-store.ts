import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const require = createRequire(import.meta.url);
const brokerRoom = dirname(require.resolve('@creance/broker'));
const requireOfBroker = createRequire(require.resolve('@creance/broker'));

/** An outcome of the store. */
type Outcome<T> = Promise<{ readonly ok: boolean; readonly value: T; readonly error?: string }>;

/** The store as far as the bench uses it. */
export interface BenchStore {
  memberHandles(member: object, owner: string, fresh: object): Promise<object>;
  createJoinToken(token: object, audit: object): Outcome<void>;
  openSession(ask: object): Outcome<{ readonly session: { readonly id: string } }>;
  delegateSession(ask: object): Outcome<{ readonly id: string }>;
  cutSession(ask: object): Outcome<{ readonly revision: number; readonly sessionsEnded: number }>;
  tree(id: string, size: number): readonly { readonly end: string | undefined }[];
  session(id: string): { readonly end: string | undefined } | undefined;
  load(): { readonly sessionsLive: number };
  close(): Promise<void>;
}

/** A statement of the driver. */
interface Statement {
  run(...values: readonly unknown[]): unknown;
  all(...values: readonly unknown[]): unknown[];
}

/** The database driver as far as the bench uses it. */
export interface BenchDatabase {
  pragma(text: string): unknown;
  exec(text: string): void;
  prepare(text: string): Statement;
  transaction(run: () => void): () => void;
  close(): void;
}

/**
 * Opens the broker's own store in a folder, its bounds raised: no command lets a tree grow beyond 50
 * sessions of a workload, so the bench takes the store from the built broker by its path.
 */
export async function openBenchStore(
  directory: string,
  identity: object = { issuer: 'https://bench.example.internal', dev: false },
): Promise<BenchStore> {
  const file = pathToFileURL(join(brokerRoom, 'store/index.js')).href;
  const { openSqliteStore } = await import(file);
  const clock = {
    now: () => Math.round((performance.timeOrigin + performance.now()) * 1_000),
    monotonicMillis: () => performance.now(),
  };
  const most = 10_000_000;
  const limits = { childrenPerSession: most, sessionsPerTree: most, sessionsPerMember: most };
  const opened = openSqliteStore({ directory, identity, clock, limits });
  if (!opened.ok) throw new Error(`the store does not open: ${opened.error.code}`);
  return opened.value as BenchStore;
}

/** Opens any file with the driver of the broker's store, and its settings for durability. */
export function openBenchDatabase(file: string): BenchDatabase {
  const Database = requireOfBroker('better-sqlite3') as new (path: string) => BenchDatabase;
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  return db;
}

/** Unix microseconds. */
export function nowMicros(): number {
  return Math.round((performance.timeOrigin + performance.now()) * 1_000);
}

/** Bytes of a name as base64url: a handle of 16, a thumbprint of 32. */
export function nameBytes(name: string, bytes = 16): string {
  return createHash('sha256').update(name).digest().subarray(0, bytes).toString('base64url');
}
