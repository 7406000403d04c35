import Database from 'better-sqlite3';
import type { Instant } from '../../broker/src/domain/instant.js';
import type { JournalledCut } from '../../broker/src/store/emergency/journalled-cut.js';
import { assembleStore, type StoreSurroundings } from '../../broker/src/store/sqlite/assemble.js';
import { applyMigrations } from '../../broker/src/store/sqlite/migrate.js';
import { migrations } from '../../broker/src/store/sqlite/migrations/index.js';
import type { Store } from '../../broker/src/store/store.js';
import type { CommitFault, Disk } from './disk.js';
import { beginningSeconds } from './host-clock.js';
import { MemoryMarks } from './memory-marks.js';

type Statement = Database.Statement<unknown[]>;

/** Of each text, its statements in the order in which a process prepares them. */
const prepared = new Map<string, Statement[]>();
let pooled: Database.Database | undefined;

/** The database of all worlds of this machine, one after the other: to make one takes longer than a world. */
function pool(): Database.Database {
  if (pooled === undefined) {
    pooled = new Database(':memory:');
    pooled.pragma('foreign_keys = ON');
    pooled.pragma('trusted_schema = OFF');
    applyMigrations(pooled, migrations, (beginningSeconds * 1_000_000) as Instant);
  }
  return pooled;
}

/**
 * The real store on a database in memory that survives the processes of the broker: what was committed is
 * there, what was not is gone. The world is one transaction that is never committed, and the store's own are
 * savepoints within it, so that the next world begins with nothing.
 */
export class MemoryDisk implements Disk {
  readonly #db = pool();
  readonly #marks = new MemoryMarks();
  #fault: CommitFault | undefined;
  #process = 0;

  constructor() {
    this.#db.exec('BEGIN');
  }

  open(surroundings: StoreSurroundings): Store {
    this.#process += 1;
    this.#fault = undefined;
    const own = this.#process;
    const marks = this.#marks.open(() => own !== this.#process);
    return assembleStore(this.#connection(own), { ...surroundings, marks }, () => {});
  }

  get journalled(): readonly JournalledCut[] {
    return this.#marks.journalled;
  }

  kill(): void {
    this.#process += 1;
  }

  failNextCommit(fault: CommitFault): void {
    this.#fault = fault;
  }

  rows<Row>(sql: string, ...asked: unknown[]): readonly Row[] {
    return statementOf(this.#db, sql, 0).all(...asked) as Row[];
  }

  dispose(): void {
    this.#process += 1;
    this.#marks.dispose();
    this.#db.exec('ROLLBACK');
  }

  /** The database as one process has it; a process that is dead reaches it no more. */
  #connection(process: number): Database.Database {
    const db = this.#db;
    const seen = new Map<string, number>();
    const group = new Group(db, {
      isDead: () => process !== this.#process,
      takeFault: () => {
        const fault = this.#fault;
        this.#fault = undefined;
        return fault;
      },
    });
    const members: Record<string, unknown> = {
      prepare: (sql: string) => {
        const own = group.statement(sql);
        if (own !== undefined) return own;
        const nth = seen.get(sql) ?? 0;
        seen.set(sql, nth + 1);
        return statementOf(db, sql, nth);
      },
      close: () => {},
      transaction: (run: () => void) => db.transaction(run),
      exec: (sql: string) => db.exec(sql),
      pragma: (text: string, options: Database.PragmaOptions) => db.pragma(text, options),
    };
    Object.defineProperty(members, 'inTransaction', { get: () => group.isOpen });
    return members as unknown as Database.Database;
  }
}

/** The nth statement of a text: two that are read in different ways are two. */
function statementOf(db: Database.Database, sql: string, nth: number): Statement {
  const known = prepared.get(sql) ?? [];
  prepared.set(sql, known);
  known[nth] ??= db.prepare(sql);
  return known[nth];
}

/** The transactions of one process, as savepoints, with the faults of the disk. */
class Group {
  isOpen = false;
  readonly #db: Database.Database;
  readonly #disk: { isDead(): boolean; takeFault(): CommitFault | undefined };

  constructor(
    db: Database.Database,
    disk: { isDead(): boolean; takeFault(): CommitFault | undefined },
  ) {
    this.#db = db;
    this.#disk = disk;
  }

  /** What BEGIN, COMMIT and ROLLBACK do here; undefined for any other text. */
  statement(sql: string): { run(): void } | undefined {
    if (sql.startsWith('BEGIN')) return { run: () => this.#begin() };
    if (sql === 'COMMIT') return { run: () => this.#commit() };
    return sql === 'ROLLBACK' ? { run: () => this.#rollBack() } : undefined;
  }

  #begin(): void {
    if (this.#disk.isDead()) throw failed('SQLITE_IOERR');
    statementOf(this.#db, 'SAVEPOINT process', 0).run();
    this.isOpen = true;
  }

  #commit(): void {
    const fault = this.#disk.takeFault();
    if (fault === 'full') throw failed('SQLITE_FULL');
    if (fault === 'lost') throw failed('SQLITE_IOERR_FSYNC');
    statementOf(this.#db, 'RELEASE process', 0).run();
    this.isOpen = false;
    // The bytes have reached the disk, and the system says that they have not.
    if (fault === 'kept') throw failed('SQLITE_IOERR_FSYNC');
  }

  #rollBack(): void {
    statementOf(this.#db, 'ROLLBACK TO process', 0).run();
    statementOf(this.#db, 'RELEASE process', 0).run();
    this.isOpen = false;
  }
}

function failed(code: string): Error {
  return new Database.SqliteError('the disk of the simulator', code);
}
