/** Bounds of a verifier that a test or a small machine may set lower. */
export interface VerifierLimits {
  /** Cuts and keys of a view. Beyond it the view refuses everything and drops nothing. */
  readonly viewEntriesMax: number;
  /** Proofs remembered in all, for one workload and for one key. When full, refuse; never forget. */
  readonly proofsRememberedMax: number;
  readonly proofsRememberedPerWorkloadMax: number;
  readonly proofsRememberedPerKeyMax: number;
  /** Tokens whose signature is not checked twice. */
  readonly tokensCachedMax: number;
  /** Identities whose signal somebody listens to. */
  readonly liveIdentitiesMax: number;
}

/** The bounds, by name. */
export const verifierLimits: VerifierLimits = {
  viewEntriesMax: 1_000_000,
  proofsRememberedMax: 200_000,
  proofsRememberedPerWorkloadMax: 100_000,
  proofsRememberedPerKeyMax: 20_000,
  tokensCachedMax: 10_000,
  liveIdentitiesMax: 100_000,
};

/** Feed keys whose newest frame is remembered. */
export const feedKeysRememberedMax = 16;

/** Milliseconds by which the clocks of broker and verifier may differ. */
export const clockSkewMillisMax = 5_000;

/** Seconds after which a view is stale, at most: what the broker's settings may say. */
export const maxStaleSecondsMax = 3_600;
