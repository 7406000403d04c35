import { type Revision, revisionZero } from '@creance/proto';
import type { Instant } from '../../domain/instant.js';
import type { CutJournal } from '../emergency/cut-journal.js';
import { type JournalledCut, lastRevision } from '../emergency/journalled-cut.js';
import type { GroupTransaction } from './group.js';
import { applyToMemory, isMerged, writeToTables } from './merge-cuts.js';
import type { Room } from './room.js';

/** What a start merges with. */
export interface JournalMerge {
  readonly journal: CutJournal;
  readonly transaction: GroupTransaction;
  /** The highest revision that was ever committed, by the marks. */
  readonly mark: Revision;
  readonly now: Instant;
}

/**
 * Takes what the journal holds into log, tables and audit, in one transaction, before anything is served. What
 * the store has already is left alone, so that a crash at any point changes nothing. The caller empties the
 * journal once the marks know of it. Throws the driver's and the system's faults.
 */
export function mergeJournal(room: Room, { journal, transaction, mark, now }: JournalMerge): void {
  const waiting = journal.cuts.filter((cut) => !isMerged(room, cut));
  if (waiting.length === 0) return;
  const cuts = isChain(room.log.head, waiting) ? waiting : renumbered(room, waiting, mark);
  // Before the rows are written: after a crash the same revisions come again.
  if (cuts !== waiting) {
    const byOld = new Map(waiting.map((cut, at) => [cut, cuts[at] as JournalledCut]));
    journal.rewrite(journal.cuts.map((cut) => byOld.get(cut) ?? cut));
  }
  transaction.begin();
  try {
    for (const cut of cuts) writeToTables(room, cut, applyToMemory(room, cut), now);
    transaction.commit();
  } catch (fault) {
    transaction.rollBack();
    throw fault;
  }
  room.journal.commit();
  // Nobody listens yet: whoever comes reads the audit.
  room.audit.publish();
}

/** Whether each cut follows the row that its maker took for the last one. */
function isChain(head: Revision, cuts: readonly JournalledCut[]): boolean {
  let last = head;
  for (const cut of cuts) {
    if (cut.base !== last) return false;
    last = lastRevision(cut);
  }
  return true;
}

/**
 * The same cuts above everything that there is. The maker did not know the end of the log: a row that he did not
 * see lies between what he took for it and his. A verifier that stands at his revisions lacks that row, and must
 * not be known when it comes back: it gets a snapshot.
 */
function renumbered(
  { log }: Room,
  cuts: readonly JournalledCut[],
  mark: Revision,
): JournalledCut[] {
  const told = cuts.reduce(
    (most, cut) => Math.max(most, lastRevision(cut)),
    revisionZero as number,
  );
  let base = log.head;
  let floor = Math.max(told, mark) as Revision;
  return cuts.map((cut) => {
    const revisions = log.reserve(cut.rows.length, floor);
    const rows = cut.rows.map((row, at) => ({ ...row, revision: revisions[at] as Revision }));
    const moved = { ...cut, base, rows };
    floor = base = lastRevision(moved);
    return moved;
  });
}
