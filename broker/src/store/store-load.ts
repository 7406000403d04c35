/** How full a store is. */
export interface StoreLoad {
  /** Live sessions; one that has ended counts until the next sweep. */
  readonly sessionsLive: number;
  /** Writes that wait to be committed, at most `limits.writesWaiting`; and cuts, in their own lane. */
  readonly writesWaiting: number;
  readonly cutsWaiting: number;
}
