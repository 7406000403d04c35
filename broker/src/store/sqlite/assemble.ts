import { revisionZero } from '@creance/proto';
import type Database from 'better-sqlite3';
import { limits as defaults, type LimitName } from '../../domain/limits.js';
import type { Clock } from '../../runtime/clock.js';
import type { Store, StoreIdentity } from '../store.js';
import { type CheckpointSigner, Checkpoints } from './checkpoints.js';
import { Emergency } from './emergency.js';
import { emergencySessions, mergingFirst, retrying } from './emergency-parts.js';
import { EmergencyStore } from './emergency-store.js';
import { type FaultKind, faultKind } from './fault.js';
import type { GroupTransaction } from './group.js';
import type { OpenMarks } from './marks.js';
import { mergeJournal } from './merge-journal.js';
import { WriteQueue } from './queue.js';
import { restore } from './restore.js';
import { openRoom, type Room } from './room.js';
import { SqliteStore } from './sqlite-store.js';
import { forgetDeadWatch } from './watch-keeping.js';

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
  /** Called after each group commit, with how many writes it held and how many milliseconds it took. */
  readonly onCommitted?: ((writes: number, millis: number) => void) | undefined;
}

/** What the files of a store bring along. */
export interface StoreFiles {
  /** Without them the store cannot tell that it was put back. */
  readonly marks?: OpenMarks;
  /** Whether the database was put back. */
  readonly restored?: boolean;
}

/** Puts a store together on a database that is migrated and ours. `release` is called on close. */
export function assembleStore(
  db: Database.Database,
  surroundings: StoreSurroundings & StoreFiles,
  release: () => void,
): Store {
  const { identity, clock, checkpointSigner: signer, onFailed = () => {}, marks } = surroundings;
  const { onCommitted } = surroundings;
  const limits = { ...defaults, ...surroundings.limits };
  const room = openRoom(db, clock, limits);
  const { audit, journal, log, resumes } = room;
  const plain = transactionOf(db);
  const cuts = marks?.journal;
  const mark = marks?.head ?? revisionZero;
  if (cuts !== undefined)
    mergeJournal(room, { journal: cuts, transaction: plain, mark, now: clock.now() });
  if (surroundings.restored) restoreFrom(room, marks, plain, clock);
  forgetDeadWatch(room);
  markAll(room, marks);
  cuts?.clear();
  const sessions = emergencySessions(room);
  const onPending = () => retry?.start();
  const emergency = cuts && new Emergency({ room, journal: cuts, sessions, clock, onPending });
  const issuer = identity.issuer;
  const checkpoints = new Checkpoints({ db, issuer, audit, clock, limits, signer });
  const queue = new WriteQueue({
    transaction: emergency === undefined ? plain : mergingFirst(plain, emergency),
    journal,
    clock,
    limits,
    onFailed,
    onCommitted: (writes, millis) => {
      // A mark that cannot be written is a disk that cannot be believed.
      attempt(() => marks?.note({ head: log.head, ...room.revoked.take() }), queue, []);
      attempt(() => emergency?.committed(), queue, []);
      attempt(() => checkpoints.writeIfDue(), queue, laterKinds);
      log.publish();
      resumes.publish();
      audit.publish();
      onCommitted?.(writes, millis);
    },
  });
  const retry = emergency && retrying(queue, emergency);
  const close = () => {
    retry?.stop();
    if (!queue.failed) attempt(() => checkpoints.write(), queue, laterKinds);
    marks?.close();
    db.close();
    release();
  };
  const parts = { identity, room, queue, close };
  return emergency === undefined
    ? new SqliteStore(parts)
    : new EmergencyStore(parts, emergency, sessions);
}

/**
 * A checkpoint that finds no room is written later; what it speaks of is durable already. One that fails
 * otherwise fails the store: an audit that nobody signs any more is not to be noticed years later.
 */
const laterKinds: readonly FaultKind[] = ['full', 'busy'];

function attempt(write: () => void, queue: WriteQueue, later: readonly FaultKind[]): void {
  try {
    write();
  } catch (fault) {
    if (!later.includes(faultKind(fault))) queue.fail(fault);
  }
}

/** What a crash has kept from the marks, they learn at the next start. */
function markAll({ log, evidenceKeys }: Room, marks: OpenMarks | undefined): void {
  const evidence = evidenceKeys.allCut();
  marks?.note({ head: log.head, evidence, tokenKeys: log.read.allKeyCuts() });
}

function restoreFrom(
  room: Room,
  marks: OpenMarks | undefined,
  transaction: GroupTransaction,
  clock: Clock,
): void {
  transaction.begin();
  try {
    restore(room, {
      mark: marks?.head ?? revisionZero,
      evidence: marks?.evidence ?? new Set(),
      tokenKeys: marks?.tokenKeys ?? new Set(),
      now: clock.now(),
    });
    transaction.commit();
  } catch (fault) {
    transaction.rollBack();
    throw fault;
  }
  room.journal.commit();
  // Nobody listens yet: whoever comes reads the log.
  room.log.publish();
  room.audit.publish();
}

function transactionOf(db: Database.Database): GroupTransaction {
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  const rollBack = db.prepare('ROLLBACK');
  // Counts the commits of other connections, and none of this one.
  const version = db.prepare('PRAGMA data_version').pluck();
  const own = version.get();
  return {
    begin: () => {
      begin.run();
      // Memory and file would speak of two stores, and one revision would mean two things.
      if (version.get() !== own) throw new Error('another process has written to this store');
    },
    commit: () => void commit.run(),
    rollBack: () => {
      if (db.inTransaction) rollBack.run();
    },
  };
}
