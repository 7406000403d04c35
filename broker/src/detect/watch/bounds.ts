/**
 * Bounds of what the watch remembers. Each is counted under its name when it is hit, and what does not fit
 * is folded or left out: never a crash, and never room made by forgetting who is under suspicion.
 */
export const watchBounds = {
  /** Different actions of one workload that are told apart. */
  watchActions: 2_000,
  /** The same at one resource: its witness alone cannot take the places of all others. */
  watchResourceActions: 1_000,
  /** Different steps, of all orders, that are learned of one workload. */
  watchSteps: 50_000,
  /** Pairs of action and destination, and destinations, that are learned of one workload. */
  watchDestinations: 10_000,
  /** Networks, clients and key bindings that are learned of one workload, each. */
  watchOrigins: 1_000,
  /** Actions of one session that it can teach its workload. */
  watchLessons: 256,
  /** Pairs of action and destination of one session that are told apart. */
  watchPairs: 512,
  /** What a session was only told to have done, that is told apart. */
  watchTold: 256,
  /** Terms of evidence that are kept of one session, for explaining. */
  watchTerms: 64,
  /** Sessions that are watched at a time; one more is not watched until one has ended. */
  watchSessions: 1_000_000,
  /** Characters of a name; a longer one is told apart by a hash only. */
  watchNameChars: 128,
  /** Destinations of one action. */
  watchActionDestinations: 64,
  /** Milliseconds since 1970 of the last instant that counts as one: the end of the year 9999 (RFC 3339). */
  watchMillis: 253_402_300_799_999,
  /** Bytes of one session's snapshot. */
  watchSnapshotBytes: 65_536,
} as const;

/** Name of a bound of the watch. */
export type WatchBound = keyof typeof watchBounds;

/** Called when a bound was hit. */
export type BoundHit = (name: WatchBound) => void;
