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
  /** Allowed actions that wait to be reported, in all and of one session. More are dropped and counted. */
  readonly observationsMax: number;
  readonly observationsPerSessionMax: number;
  /** The same for refused uses, which never take the room of allowed ones. */
  readonly refusedObservationsMax: number;
  readonly refusedObservationsPerSessionMax: number;
  /** Leaked tokens with a proof by another key that wait to be reported. */
  readonly foreignProofsMax: number;
  /** Proofs kept for five minutes, in all and of one session. The oldest are forgotten and counted. */
  readonly proofsKeptMax: number;
  readonly proofsKeptPerSessionMax: number;
}

/** The bounds, by name. */
export const verifierLimits: VerifierLimits = {
  viewEntriesMax: 1_000_000,
  proofsRememberedMax: 200_000,
  proofsRememberedPerWorkloadMax: 100_000,
  proofsRememberedPerKeyMax: 20_000,
  tokensCachedMax: 10_000,
  liveIdentitiesMax: 100_000,
  observationsMax: 10_000,
  observationsPerSessionMax: 1_000,
  refusedObservationsMax: 2_000,
  refusedObservationsPerSessionMax: 200,
  foreignProofsMax: 64,
  proofsKeptMax: 50_000,
  proofsKeptPerSessionMax: 10_000,
};

/** Feed keys whose newest frame is remembered. */
export const feedKeysRememberedMax = 16;

/** Milliseconds by which the clocks of broker and verifier may differ. */
export const clockSkewMillisMax = 5_000;

/** Milliseconds that a subscription lasts at least before it is opened anew because its frames come late. */
export const reopenMillisMin = 5_000;

/** Seconds after which a view is stale, at most: what the broker's settings may say. */
export const maxStaleSecondsMax = 3_600;

/** Observations, proofs and bytes of one report: what the broker takes, and what fits a message. */
export const reportObservationsMax = 100;
export const reportProofsMax = 16;
export const reportBytesMax = 49_152;

/** Characters of an action's name; a longer one is cut off. */
export const actionCharsMax = 128;

/** Destinations of one action that are told, and those that are looked at for it. */
export const destinationsMax = 16;
export const destinationsReadMax = 64;

/** Ids of actions, as agents give them, that are remembered at least: more than the broker remembers. */
export const actionIdsRemembered = 4_096;

/** Milliseconds for which sightings are gathered into one report. */
export const reportMillis = 20;

/** Tries of one report; after that it is dropped, and counted. */
export const reportTriesMax = 5;

/** Milliseconds for which a proof is kept, so that it can be shown when the broker asks. */
export const proofKeptMillis = 300_000;

/** Times that one proof is shown: a broker that asks again and again must get tired first. */
export const proofShowsMax = 3;

/** Proofs that were asked for and wait for a report. */
export const proofsWantedMax = 64;

/** Milliseconds in which one foreign proof of a token is taken, and tokens for which that is noted. */
export const foreignProofMillis = 1_000;
export const foreignTokensMax = 1_000;

/** Sessions whose traces are remembered while somebody traces, and traces of each. */
export const tracedSessionsMax = 10_000;
export const tracesPerSessionMax = 4;
