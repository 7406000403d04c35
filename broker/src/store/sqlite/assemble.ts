import type Database from 'better-sqlite3';
import { limits as defaults, type LimitName } from '../../domain/limits.js';
import type { Clock } from '../../runtime/clock.js';
import type { Store, StoreIdentity } from '../store.js';
import { type CheckpointSigner, Checkpoints } from './checkpoints.js';
import { faultKind } from './fault.js';
import type { GroupTransaction } from './group.js';
import { WriteQueue } from './queue.js';
import { openRoom } from './room.js';
import { SqliteStore } from './sqlite-store.js';

/** What a store is given besides its files. */
export interface StoreSurroundings {
  readonly identity: StoreIdentity;
  readonly clock: Clock;
  /** Without one the audit has no checkpoints. */
  readonly checkpointSigner?: CheckpointSigner | undefined;
  /** Bounds that differ from `limits`. */
  readonly limits?: Partial<Readonly<Record<LimitName, number>>>;
  /** Called once when the disk has failed and the process must start again. */
  readonly onFailed?: (fault: Error) => void;
}

/** Puts a store together on a database that is migrated and ours. `release` is called on close. */
export function assembleStore(
  db: Database.Database,
  surroundings: StoreSurroundings,
  release: () => void,
): Store {
  const { identity, clock, checkpointSigner: signer, onFailed = () => {} } = surroundings;
  const limits = { ...defaults, ...surroundings.limits };
  const room = openRoom(db, clock, limits);
  const { audit, journal, log } = room;
  const issuer = identity.issuer;
  const checkpoints = new Checkpoints({ db, issuer, audit, clock, limits, signer });
  const queue = new WriteQueue({
    transaction: transactionOf(db),
    journal,
    clock,
    limits,
    onFailed,
    onCommitted: () => {
      checkpoint(() => checkpoints.writeIfDue(), queue);
      log.publish();
    },
  });
  const close = () => {
    if (!queue.failed) checkpoint(() => checkpoints.write(), queue);
    db.close();
    release();
  };
  return new SqliteStore({ identity, room, queue, close });
}

/**
 * A checkpoint that finds no room is written later; what it speaks of is durable already. One that fails
 * otherwise fails the store: an audit that nobody signs any more is not to be noticed years later.
 */
function checkpoint(write: () => void, queue: WriteQueue): void {
  try {
    write();
  } catch (fault) {
    const kind = faultKind(fault);
    if (kind !== 'full' && kind !== 'busy') queue.fail(fault);
  }
}

function transactionOf(db: Database.Database): GroupTransaction {
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  const rollBack = db.prepare('ROLLBACK');
  return {
    begin: () => void begin.run(),
    commit: () => void commit.run(),
    rollBack: () => {
      if (db.inTransaction) rollBack.run();
    },
  };
}
