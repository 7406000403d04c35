/**
 * Every bound of the broker, by name. A bound that is hit refuses with a reason of its own and counts
 * in the metric `creance.limit.hits` under its name here.
 */
export const limits = {
  /** Bytes of a gRPC message. */
  messageBytes: 65_536,
  /** Bytes of a message to RegistryService. */
  registryMessageBytes: 1_048_576,
  /** Bytes of a call's metadata. */
  metadataBytes: 16_384,
  /** Streams of one connection. */
  streamsPerConnection: 100,
  /** Connections in all, and from one address. */
  connections: 10_000,
  connectionsPerAddress: 2_000,
  /** Connections from one address that have not authenticated once. */
  strangersPerAddress: 32,
  /** Milliseconds in which a new connection must send its first bytes. */
  firstBytesMillis: 5_000,
  /** Milliseconds for the TLS and HTTP/2 handshake. */
  handshakeMillis: 10_000,
  /** Milliseconds that a connection lives, and for what is in flight after that. */
  connectionAgeMillis: 1_800_000,
  connectionAgeGraceMillis: 30_000,
  /** Milliseconds of a connection without a call. */
  connectionIdleMillis: 300_000,
  /** Bytes that a connection may send beyond its calls: in a row, and a second. */
  bytesBeyondCalls: 2_097_152,
  bytesBeyondCallsPerSecond: 65_536,
  /** Milliseconds between two pings of a connection, and for the answer to one. */
  keepaliveMillis: 30_000,
  keepaliveTimeoutMillis: 10_000,
  /** Milliseconds that a unary call may take when it names no deadline, and at most. */
  deadlineMillis: 5_000,
  deadlineMillisMax: 30_000,
  /** Milliseconds by which the event loop may be late before calls are refused, and between two looks. */
  loopLagMillis: 200,
  loopLookMillis: 20,
  /** Calls in flight up to which none is refused for that: a machine that stood still for a moment has no backlog. */
  loopCallsInFlight: 128,
  /** Calls of one connection in flight up to which it is refused only for what its address has. */
  loopCallsPerConnection: 4,
  /** Calls in flight beyond which also a connection without any is refused. */
  loopCallsMax: 1_024,
  /** Milliseconds after which a call that was refused for that may come again. */
  loopRetryMillis: 1_000,
  /** Milliseconds for calls in flight when the broker stops. */
  drainMillis: 10_000,

  /** HTTP: bytes of a request's head, milliseconds for it, for a whole request, and for a silent connection. */
  httpHeadBytes: 8_192,
  httpHeadMillis: 5_000,
  httpRequestMillis: 10_000,
  httpIdleMillis: 15_000,
  /** Connections in all, and from one address. */
  httpConnections: 1_000,
  httpConnectionsPerAddress: 64,
  /** Requests of one address in a row, and a second. */
  httpBurst: 200,
  httpPerSecond: 50,

  /** Failed calls of one address in a row, and how many come back a second. */
  failuresBurst: 60,
  failuresPerSecond: 10,
  /** Calls of one workload in a row, and a second. */
  workloadBurst: 2_000,
  workloadPerSecond: 1_000,
  /** Calls of one owner in a row, and a second. */
  ownerBurst: 5_000,
  ownerPerSecond: 2_500,
  /** Addresses, workloads and owners whose rates are remembered. */
  rateKeys: 100_000,

  /** Proofs remembered in all, and for one key. When full, refuse; never forget. */
  proofsRemembered: 1_000_000,
  proofsRememberedPerKey: 100_000,

  /** Seconds of a session without activity, and whatever happens. */
  sessionIdleSeconds: 600,
  sessionAbsoluteSeconds: 28_800,
  /** Live sessions of one workload. */
  sessionsPerMember: 100,
  /** Sessions of a path, the root included. */
  sessionDepth: 8,
  /** Live children of one session, child join tokens that wait to be redeemed included. */
  childrenPerSession: 64,
  /** Live sessions of one workload in one tree. */
  sessionsPerTree: 50,
  /** Seconds that a child join token lives. */
  childJoinTokenSeconds: 60,
  /** Seconds for which evidence is held after a theft; doubles each time, up to the second figure. */
  evidenceHoldSeconds: 600,
  evidenceHoldSecondsMax: 86_400,
  /** Seconds for which evidence must have been quiet for a hold to begin at the first figure again. */
  evidenceQuietSeconds: 604_800,
  /** Seconds for which an ended session's row is kept. */
  endedSessionSeconds: 604_800,
  /** Seconds between two writes of a session's last activity. */
  activityWriteSeconds: 30,

  /** Seconds for which a join token registers a key, and keys of one member. */
  evidenceKeySeconds: 2_592_000,
  evidenceKeysPerMember: 1_000,
  /** Seconds that a join token lives: default, least, most. */
  joinTokenSeconds: 600,
  joinTokenSecondsMin: 10,
  joinTokenSecondsMax: 604_800,
  /** Different keys that may redeem a join token, and networks that it may name. */
  joinTokenUsesMax: 10_000,
  joinTokenNetworksMax: 16,
  /** Characters of a reason that an operator gives. */
  reasonCharsMin: 3,
  reasonCharsMax: 500,

  /** Refusals that are kept for operators: of members in all, of one member, of strangers, of one address. */
  refusalsOfMembers: 4_096,
  refusalsPerMember: 64,
  refusalsOfStrangers: 1_024,
  refusalsPerAddress: 16,
  /** Facts of one refusal, and characters of one of them. */
  refusalFacts: 16,
  refusalChars: 256,
  /** Audit records on each side of an instant that are looked at for why a session ended. */
  auditRecordsNear: 2_048,
  /** Children that are shown with a session. */
  childrenShown: 64,

  /** Versions of the manifest that are kept. */
  manifestVersionsKept: 100,
  /** Changes that a plan shows one by one, and characters of what stands there before and after. */
  planChangesShown: 2_000,
  planChars: 200,

  /** Acts of one operator that wait for a second person, and seconds for which one waits. */
  proposalsPerOperator: 8,
  proposalSeconds: 86_400,
  /** Seconds for which an operator's evidence must have been registered before it confirms anything. */
  operatorSettledSeconds: 86_400,

  /** Writes of one transaction, milliseconds to wait for more, and writes that may wait. */
  commitRows: 256,
  commitMillis: 2,
  writesWaiting: 10_000,
  /** Cuts that the journal holds while the store cannot take them. */
  cutsJournalled: 512,
  /** Sessions of operators and verifiers without a store, of one evidence key, and seconds that each lives. */
  emergencySessions: 10_000,
  emergencySessionsPerKey: 16,
  emergencySessionSeconds: 600,
  /** Evidence keys of operators and verifiers that are kept for a start without a store. */
  rosterKeys: 10_000,
  /** Seconds for which a broker with a failed store goes on cutting before it ends. */
  latchedSeconds: 5,
  /** Milliseconds for which a sighting waits for earlier ones of other witnesses, and how many wait. */
  sightingHoldMillis: 40,
  sightingsHeld: 10_000,
  /** Automatic suspensions for risk a minute: of one workload, of one owner, on one resource's word. */
  riskSuspensionsPerWorkload: 10,
  riskSuspensionsPerOwner: 30,
  riskSuspensionsPerResource: 30,
  /** Refused uses whose last weighing is remembered. */
  refusedUsesKept: 100_000,
  /** Bytes of one piece of what the watch keeps; pieces, and bytes of them, among other writes at once. */
  watchRowBytes: 1_048_576,
  watchRowsPerCommit: 256,
  watchBytesPerCommit: 262_144,
  /** Bytes of the history of judged actions by default, and megabytes of it at most. */
  historyBytes: 67_108_864,
  historyMegabytesMax: 65_536,
  /** Segments that the history is rotated by, and files of it, short ones included. */
  historySegments: 8,
  historyFiles: 256,
  /** Bytes of lines that wait to be written, and of one line. What is beyond is dropped. */
  historyWaitingBytes: 4_194_304,
  historyLineBytes: 4_096,
  /** Bytes of lines of one page of the history, and bytes that are read for it. */
  historyPageBytes: 49_152,
  historyScanBytes: 262_144,
  /** Workloads that the record of a cut or hold names, and sessions that are looked at for them. */
  reachWorkloads: 64,
  reachSessions: 1_000,
  /** Audit records and seconds between two signed checkpoints. */
  checkpointRecords: 1_000,
  checkpointSeconds: 60,

  /** Streams of one session. */
  streamsPerSession: 2,
  /** Requests of one stream that may wait for their answers. */
  streamRequestsWaiting: 64,
  /** Seconds between challenges of a stream, and seconds in which one must be answered. */
  challengeSeconds: 60,
  challengeAnswerSeconds: 10,

  /** Observations of one report, and proofs that may come with it. */
  reportObservations: 100,
  reportProofs: 16,
  /** Observations that wait to be judged: of one session, of refused uses in all, in all. */
  observationsPerSession: 1_000,
  observationsRefused: 10_000,
  observationsWaiting: 50_000,
  /** Seconds by which a reported action may lie before its arrival. */
  observationAgeSeconds: 2,
  /** Proofs whose counters are remembered: of one key, in all, and for how many seconds. */
  countersPerKey: 1_024,
  counters: 200_000,
  counterSeconds: 300,
  /** Suspicions that wait for the bytes of proofs. */
  suspicions: 1_000,

  /** Events that are kept for those who come late, that may wait for one watcher, and watchers. */
  eventsKept: 1_000,
  eventsWaiting: 256,
  eventSubscribers: 100,
  /** Watchers of one session. */
  eventWatchesPerSession: 4,
  /** Cuts and holds whose way to the verifiers is told of. */
  enforcementsFollowed: 1_000,
  /** Verifiers up to which each is told of by itself when it enforces a cut. */
  enforcersTold: 32,

  /** Events that wait for one receiver: beyond it the oldest go. */
  deliveriesPerReceiver: 1_000,
  /** Seconds after which a delivery is given up, and after which the escalation hears of it. */
  deliverySeconds: 86_400,
  deliveryEscalationSeconds: 300,
  /** Milliseconds for one attempt with all it takes, and between two attempts: the first, and at most. */
  deliveryMillis: 5_000,
  deliveryPauseMillis: 1_000,
  deliveryPauseMillisMax: 600_000,
  /** Attempts at the same time, bytes of an answer that are read, and bytes of one event. */
  deliveriesAtOnce: 16,
  deliveryAnswerBytes: 4_096,
  deliveryBytes: 16_384,

  /** Seconds between heartbeats of the feed. */
  heartbeatSeconds: 2,
  /** Frames that may wait for one subscriber, and subscribers. */
  framesWaiting: 256,
  subscribers: 5_000,
  /** Entries of one frame. */
  frameEntries: 1_000,
  /** Milliseconds for which cuts are gathered when the feed is busy. */
  coalesceMillis: 5,
  /** Seconds after which a view is stale. */
  maxStaleSeconds: 10,
  /**
   * Seconds after which no token of a revision of the log can live, by the broker's steady clock: the longest
   * lifetime, the leeway of both clocks and half a minute. Then the floor rises to it.
   */
  floorSeconds: 960,
  /** Seconds between two rises of the floor. */
  floorStepSeconds: 60,

  /** Sessions whose traces are remembered while somebody traces, and traces of each. */
  tracedSessions: 10_000,
  tracesPerSession: 4,
  /** Spans of signals of one resource's word in a row, and a second; what is beyond is counted alone. */
  signalSpansBurst: 100,
  signalSpansPerSecond: 20,
  /** Cuts whose call has not been answered yet: their spans wait for that of the call. */
  cutSpansWaiting: 256,
  /** Cuts that verifiers have not all acknowledged: how long that takes is measured of so many. */
  cutsUnacknowledged: 1_024,

  /** Seconds by which the wall clock may step while the broker runs, or be behind the log when it starts. */
  clockStepSeconds: 30,
  /** Seconds for which it must agree again before it is believed. */
  clockAgreeSeconds: 10,
  /** Thousandths by which a clock that is slewed may run fast or slow. */
  clockSlewPerMille: 100,

  /** Seconds for which a token key signs, and for which it is published before and after. */
  tokenKeySeconds: 86_400,
  tokenKeyOverlapSeconds: 1_800,
} as const;

/** The name of a bound. */
export type LimitName = keyof typeof limits;
