/** Every bound of the SDK, by name. */
export const limits = {
  /** Milliseconds of a broker call with all its retries. */
  callMillis: 5_000,
  /** Milliseconds of a call that replaces a token which still works. */
  refreshMillis: 1_000,
  /** Milliseconds of a question whether the session lives, and the least between two. */
  lifeMillis: 1_000,
  lifePauseMillis: 250,
  /** Milliseconds that closing a session may take. */
  closeMillis: 2_000,
  /** Tries of one broker call. */
  callAttempts: 6,
  /** Milliseconds before the second try; doubles from try to try, up to the second figure. */
  backoffMillis: 100,
  backoffMillisMax: 1_600,
  /** Least milliseconds that a try needs to be worth while. */
  attemptMillisMin: 50,
  /** Milliseconds before a refresh that failed is tried again while the old token works. */
  refreshPauseMillis: 2_000,
  /** Longest pause in milliseconds that is believed when the broker names one. */
  retryAfterMillisMax: 3_600_000,

  /** First and longest pause between two connections; each client draws its own from the range. */
  reconnectMillis: [500, 1_000],
  reconnectMillisMax: [5_000, 15_000],
  keepaliveMillis: 30_000,
  keepaliveTimeoutMillis: 10_000,
  /** Bytes of a message, in both directions. */
  messageBytes: 65_536,

  /** Streams on one connection; the broker takes 100 calls of one at once, and others need room. */
  streamsPerConnection: 64,
  /** Milliseconds in which a stream that was opened must greet. */
  streamOpenMillis: 5_000,
  /** Milliseconds that a request waits for its answer on the stream before it goes its own way. */
  streamAnswerMillis: 1_000,
  /** Requests that wait on one stream; further ones go their own way. */
  streamRequests: 256,
  /** Challenges of one stream that are answered within so many milliseconds; one more ends the stream. */
  streamChallenges: 8,
  streamChallengesMillis: 10_000,
  /** Longest time in seconds between challenges that is believed. */
  streamChallengeSecondsMax: 3_600,
  /** Milliseconds before a lost stream is opened again; doubles up to the second figure. */
  streamPauseMillis: 500,
  streamPauseMillisMax: 30_000,
  /** Milliseconds that a stream must have lived for its pauses to begin anew. */
  streamSteadyMillis: 10_000,

  /** Actions of a session that wait to be reported; more are dropped and counted. */
  actionsWaiting: 1_000,
  /** Characters of an action's name; a longer one is cut off. */
  actionNameChars: 128,
  /** Actions of one report, and milliseconds for which they are gathered. */
  reportActions: 64,
  reportMillis: 1_000,
  /** Milliseconds of one try to report, and of all that waits when the session is closed. */
  reportCallMillis: 2_000,
  reportFlushMillis: 1_000,
  /** Tries of one report, and milliseconds before the second; doubles from try to try. */
  reportTries: 5,
  reportPauseMillis: 1_000,

  /** Resources that a task names. */
  taskGrants: 16,
  /** Destinations of one resource of a task, and of a whole task. */
  taskGrantDestinations: 64,
  taskDestinations: 128,
  /** Characters of a subject or session id at an identity provider. */
  upstreamChars: 255,

  /** Tokens that one session keeps. */
  tokensCached: 256,
  /** Origins whose nonces are remembered, and characters of a nonce. */
  noncesKept: 256,
  nonceChars: 512,
  /** Bytes of a key file. */
  keyFileBytes: 4_096,
  /** Characters of a challenge that are looked into. */
  challengeChars: 4_096,
} as const;
