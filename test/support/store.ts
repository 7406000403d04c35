import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Result } from '@creance/proto';
import Database from 'better-sqlite3';
import type { AuditEvent, AuditKind } from '../../broker/src/domain/audit.js';
import type { LimitName } from '../../broker/src/domain/limits.js';
import type { Session } from '../../broker/src/domain/session.js';
import { FakeClock } from '../../broker/src/doubles/fake-clock.js';
import {
  type CheckpointSigner,
  openSqliteStore,
  type StoreOpenFault,
} from '../../broker/src/store/index.js';
import type { Store, StoreIdentity } from '../../broker/src/store/store.js';

/** Bounds that differ from the broker's own. */
export type SomeLimits = Partial<Readonly<Record<LimitName, number>>>;

/** A store with what a test needs to look behind it. */
export interface StoreUnderTest {
  readonly clock: FakeClock;
  /** The store that is open now. */
  readonly store: Store;
  /** Closes the store and opens it again. */
  reopen(): Promise<Store>;
  /** Opens what is durable at this moment, as after a kill, beside the store that is open. */
  crash(): Promise<Store>;
  /** Closes, puts sessions there as delegation would have, and opens again. */
  plant(sessions: readonly Session[]): Promise<Store>;
  /** Everything that is durable, to be compared with itself. */
  written(): unknown;
  /** The audit as it is durable, in order. */
  audit(): readonly (Pick<AuditEvent, 'actor' | 'facts'> & { kind: AuditKind })[];
  dispose(): Promise<void>;
}

/** Opens a new store of its own. */
export type OpenStore = (limits?: SomeLimits) => Promise<StoreUnderTest>;

/** What stores of tests are for. */
export const testIdentity: StoreIdentity = { issuer: 'https://creance.test', dev: false };

/** The SQLite store with what a test needs to put a backup back. */
export interface SqliteUnderTest extends StoreUnderTest {
  readonly directory: string;
  /** Copies the database as it is durable now. Gives the way to put it back, which closes the store. */
  backup(): () => Promise<void>;
  /** Opens what was closed; gives the code of the refusal, if it is one. */
  openAgain(restored?: boolean): string | undefined;
}

/** The SQLite store in a folder of its own. */
export async function openSqliteUnderTest(
  limits: SomeLimits = {},
  checkpointSigner?: CheckpointSigner,
): Promise<SqliteUnderTest> {
  const root = mkdtempSync(join(tmpdir(), 'creance-store-'));
  const directory = join(root, 'data');
  const clock = new FakeClock();
  const copies: Store[] = [];
  const tryOpen = (folder: string, restored: boolean) =>
    openSqliteStore({
      directory: folder,
      identity: testIdentity,
      clock,
      limits,
      checkpointSigner,
      restored,
    });
  const open = (folder: string) => opened(tryOpen(folder, false));
  const databaseFiles = ['creance.db', 'creance.db-wal'];
  let store = open(directory);
  const reopen = async (between = () => {}) => {
    await store.close();
    between();
    store = open(directory);
    return store;
  };
  const read = <T>(look: (db: Database.Database) => T): T => {
    const db = new Database(join(directory, 'creance.db'), { readonly: true });
    try {
      return look(db);
    } finally {
      db.close();
    }
  };
  return {
    directory,
    clock,
    get store() {
      return store;
    },
    reopen: () => reopen(),
    plant: (sessions) => reopen(() => insertSessions(join(directory, 'creance.db'), sessions)),
    async crash() {
      const copy = mkdtempSync(join(root, 'crash-'));
      for (const file of databaseFiles) cpSync(join(directory, file), join(copy, file));
      copies.push(open(copy));
      return copies.at(-1) as Store;
    },
    backup() {
      const copy = mkdtempSync(join(root, 'backup-'));
      for (const file of databaseFiles) cpSync(join(directory, file), join(copy, file));
      return async () => {
        await store.close();
        rmSync(join(directory, 'creance.db-shm'), { force: true });
        for (const file of databaseFiles) cpSync(join(copy, file), join(directory, file));
      };
    },
    openAgain(restored = false) {
      const again = tryOpen(directory, restored);
      if (!again.ok) return again.error.code;
      store = again.value;
      return undefined;
    },
    written: () => read(everything),
    audit: () =>
      read((db) => db.prepare('SELECT record FROM audit ORDER BY sequence').pluck().all()).map(
        (record) => JSON.parse(String(record)),
      ),
    async dispose() {
      await Promise.all([store, ...copies].map((each) => each.close()));
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** The store, or the reason for the test to fail. */
export function opened(result: Result<Store, StoreOpenFault>): Store {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  return result.value;
}

/** Every row of every table. */
function everything(db: Database.Database): Record<string, unknown[]> {
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();
  return Object.fromEntries(
    tables.map((name) => [name, db.prepare(`SELECT * FROM ${name}`).all()]),
  );
}

function insertSessions(file: string, sessions: readonly Session[]): void {
  const db = new Database(file);
  const insert = db.prepare(`INSERT INTO sessions (id, parent, kind, name, member, owner, key,
    evidence_issuer, evidence_key, own_evidence, principal, upstream, task, txn,
    opened_at, opened_revision, absolute_end_at, active_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const insertAll = db.transaction(() => {
    for (const s of sessions) {
      const names = [s.id, s.parent ?? null, s.kind, s.name, s.member, s.owner, s.key];
      const evidence = [s.evidenceIssuer, s.evidenceKey, s.ownEvidence ? 1 : 0];
      const task = s.task === undefined ? null : JSON.stringify(s.task);
      const opened = [s.principal ?? null, s.upstream ?? null, task, s.transaction];
      const times = [s.openedAt, s.openedRevision, s.absoluteEndAt, s.activeAt];
      insert.run(...names, ...evidence, ...opened, ...times);
    }
  });
  insertAll();
  db.close();
}

export type { AuditEvent, AuditKind } from '../../broker/src/domain/audit.js';
export { plusSeconds } from '../../broker/src/domain/instant.js';
export type { MemberHandles, MemberRef } from '../../broker/src/domain/registry.js';
export type { Session } from '../../broker/src/domain/session.js';
export type { Task } from '../../broker/src/domain/task.js';
export { FakeClock } from '../../broker/src/doubles/fake-clock.js';
export { handleOf, sessionIdOf, thumbprintOfName } from '../../broker/src/doubles/ids.js';
export { openSqliteStore, StoreFault } from '../../broker/src/store/index.js';
export type {
  CutTarget,
  DelegateSession,
  LoggedTokenKey,
  LogRow,
  NewChildJoinToken,
  NewJoinToken,
  OpenRefusal,
  OpenSession,
  RekeySession,
  RiskHold,
  SessionWrite,
  Store,
  StoreIdentity,
  WatchRow,
} from '../../broker/src/store/store.js';
