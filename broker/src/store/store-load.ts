/** How full a store is. */
export interface StoreLoad {
  /** Live sessions; one that has ended counts until the next sweep. */
  readonly sessionsLive: number;
  /** Writes that wait to be committed, at most `limits.writesWaiting`; and cuts, in their own lane. */
  readonly writesWaiting: number;
  readonly cutsWaiting: number;
  /** Cuts that stand and that the tables do not have, at most `limits.cutsJournalled`. */
  readonly cutsPending: number;
  /** Whether every other write is refused until the process starts again. */
  readonly failed: boolean;
}
