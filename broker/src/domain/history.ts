/** A place in the history of judged actions: a segment, and a byte in it at which a line begins. */
export interface HistoryMark {
  readonly segment: number;
  readonly offset: number;
}

/** Which lines are wanted. */
export interface HistoryAsk {
  /** Only of this workload, by name; undefined for all. */
  readonly workload: string | undefined;
  /** Only what was done from then on, Unix milliseconds; zero for all. */
  readonly sinceMillis: number;
  /** Where the page before ended; undefined begins at the oldest. */
  readonly from: HistoryMark | undefined;
}

/** A page of the history. */
export interface HistoryPage {
  /** Whole lines, each with its end; at most `limits.historyPageBytes`, and none where nothing matched. */
  readonly lines: Buffer;
  /** Where the next page begins; undefined on the last one. */
  readonly next: HistoryMark | undefined;
  /** Whether lines fell out of what is kept since the page before. */
  readonly isGapped: boolean;
}
