import type { JournalledCut } from '../../broker/src/store/emergency/journalled-cut.js';
import type { StoreSurroundings } from '../../broker/src/store/sqlite/assemble.js';
import type { Store } from '../../broker/src/store/store.js';

/**
 * What goes wrong at a commit: no room; a failure by which it is `lost`, or by which it was written all the
 * same (`kept`) and nobody knows.
 */
export type CommitFault = 'full' | 'lost' | 'kept';

/** The broker's disk: it outlives the processes that write to it. */
export interface Disk {
  /** Opens the store for a new process. */
  open(surroundings: StoreSurroundings): Store;
  /** Ends the process that had it open, at once: whatever was not committed is gone. */
  kill(): void;
  /** The next commit of the process that runs goes wrong. */
  failNextCommit(fault: CommitFault): void;
  /** Reads what is durable, past every store. */
  rows<Row>(sql: string, ...asked: unknown[]): readonly Row[];
  /** Cuts that the journal of the emergency has taken so far. */
  readonly journalled: readonly JournalledCut[];
  dispose(): void;
}
