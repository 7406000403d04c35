import type { Result, Revision } from '@creance/proto';
import type { LogRow } from './log-row.js';
import type { StoreRefusal } from './refusals.js';

/** The last record of the audit. */
export interface AuditHead {
  /** Zero when there is none. */
  readonly sequence: number;
  /** Hash of the chain up to it, 32 bytes. */
  readonly hash: Uint8Array;
}

/** What the feed and the start read of the log. All of it is committed. */
export interface LogReads {
  /** Revision of the last row of the log. */
  head(): Revision;
  /** The last record of the audit; undefined where the audit cannot be read. */
  auditHead(): AuditHead | undefined;
  /** Rows of the log after a revision, ascending, at most `limit`. */
  logAfter(revision: Revision, limit: number): readonly LogRow[];
  /** Whether a revision is one that the log has had, so that a view at it can be carried on. */
  isKnownRevision(revision: Revision): boolean;
  /** Calls back after each commit that grew the log, with its rows; gives the way to stop. */
  onLog(listener: (rows: readonly LogRow[]) => void): () => void;

  /**
   * Rows that mean something however old they are, ascending: every token key that was published or cut, and
   * the row that has cut the most of what was before.
   */
  standingRows(): readonly LogRow[];
  /** The floor: rows below it end no token that can live. Zero in a new store; only rises. */
  floor(): Revision;
  /** Raises the floor, never above the head. A lower one changes nothing. */
  raiseFloor(to: Revision): Promise<Result<void, StoreRefusal>>;
}
