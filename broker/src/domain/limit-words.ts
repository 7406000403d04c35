import type { Reason } from '@creance/proto';
import type { LimitName } from './limits.js';

/** What becomes of whatever lies beyond a bound: a refusal by its reason, or what is done instead. */
export type Beyond = { readonly reason: Reason } | { readonly done: string };

const refused = (reason: Reason): Beyond => ({ reason });
const done = (words: string): Beyond => ({ done: words });

const tooLarge = refused('request_too_large');
const tooMany = refused('rate_limited');
const connection = refused('connection_limit');
const malformed = refused('request_malformed');
const closed = done('the connection is closed');
const timing = done('a time of the broker itself: nothing is refused');
const dropped = done('dropped and counted');
const capped = done('the response is narrowing instead, and it is told');

/** What happens at each bound. A bound without a row does not compile. */
export const beyond: Readonly<Record<LimitName, Beyond>> = {
  messageBytes: tooLarge,
  registryMessageBytes: tooLarge,
  metadataBytes: tooLarge,
  streamsPerConnection: done('HTTP/2 refuses the stream'),
  connections: closed,
  connectionsPerAddress: closed,
  strangersPerAddress: closed,
  firstBytesMillis: closed,
  handshakeMillis: closed,
  connectionAgeMillis: done('the connection is told to come again'),
  connectionAgeGraceMillis: closed,
  connectionIdleMillis: closed,
  bytesBeyondCalls: closed,
  bytesBeyondCallsPerSecond: closed,
  keepaliveMillis: timing,
  keepaliveTimeoutMillis: closed,
  deadlineMillis: refused('deadline_exceeded'),
  deadlineMillisMax: refused('deadline_too_long'),
  loopLagMillis: refused('broker_busy'),
  loopLookMillis: timing,
  loopCallsInFlight: refused('broker_busy'),
  loopCallsPerConnection: refused('broker_busy'),
  loopCallsMax: refused('broker_busy'),
  loopRetryMillis: timing,
  drainMillis: done('what is still in flight is ended'),

  failuresBurst: tooMany,
  failuresPerSecond: tooMany,
  workloadBurst: tooMany,
  workloadPerSecond: tooMany,
  ownerBurst: tooMany,
  ownerPerSecond: tooMany,
  rateKeys: tooMany,

  proofsRemembered: refused('replay_memory_full'),
  proofsRememberedPerKey: refused('replay_memory_full'),

  sessionIdleSeconds: refused('session_expired'),
  sessionAbsoluteSeconds: refused('session_expired'),
  sessionsPerMember: refused('sessions_limit'),
  sessionDepth: refused('delegation_too_deep'),
  childrenPerSession: refused('children_limit'),
  sessionsPerTree: refused('tree_limit'),
  childJoinTokenSeconds: refused('child_join_token_expired'),
  evidenceHoldSeconds: refused('evidence_held'),
  evidenceHoldSecondsMax: refused('evidence_held'),
  evidenceQuietSeconds: done('the next hold begins at the first figure'),
  endedSessionSeconds: done('the row is deleted; the audit keeps its records'),
  activityWriteSeconds: timing,

  evidenceKeySeconds: refused('evidence_key_expired'),
  evidenceKeysPerMember: refused('keys_limit'),
  joinTokenSeconds: refused('join_token_expired'),
  joinTokenSecondsMin: malformed,
  joinTokenSecondsMax: malformed,
  joinTokenUsesMax: malformed,
  joinTokenNetworksMax: malformed,
  reasonCharsMin: refused('reason_missing'),
  reasonCharsMax: refused('reason_missing'),

  manifestVersionsKept: done('the oldest is forgotten'),
  planChangesShown: done('what is beyond is counted and not shown'),
  planChars: done('cut off'),

  proposalsPerOperator: refused('proposals_limit'),
  proposalSeconds: refused('proposal_unknown'),
  operatorSettledSeconds: refused('approver_too_new'),

  commitRows: done('the next transaction takes it'),
  commitMillis: timing,
  writesWaiting: refused('store_busy'),
  cutsJournalled: refused('cut_journal_full'),
  emergencySessions: refused('sessions_limit'),
  emergencySessionsPerKey: refused('sessions_limit'),
  emergencySessionSeconds: refused('session_expired'),
  rosterKeys: done('those that end first are not kept: their owners cannot cut without a store'),
  latchedSeconds: done('the process ends with 75'),
  sightingHoldMillis: done('it is judged without them'),
  sightingsHeld: done('it is judged without waiting'),
  riskSuspensionsPerWorkload: capped,
  riskSuspensionsPerOwner: capped,
  riskSuspensionsPerResource: capped,
  refusedUsesKept: done('the oldest is forgotten'),
  watchRowBytes: done('the write is refused, and logged'),
  watchRowsPerCommit: done('the next transaction takes it'),
  watchBytesPerCommit: done('the next transaction takes it'),
  historyBytes: done('the oldest segment goes'),
  historyMegabytesMax: done('the broker does not start'),
  historySegments: done('the oldest segment goes'),
  historyFiles: done('the oldest file goes'),
  historyWaitingBytes: dropped,
  historyLineBytes: dropped,
  historyPageBytes: done('the next page has it'),
  historyScanBytes: done('the next page has it'),
  checkpointRecords: done('a checkpoint is signed'),
  checkpointSeconds: done('a checkpoint is signed'),

  streamsPerSession: connection,
  streamRequestsWaiting: tooMany,
  challengeSeconds: done('a challenge is sent'),
  challengeAnswerSeconds: refused('challenge_unanswered'),

  reportObservations: tooLarge,
  reportProofs: tooLarge,
  observationsPerSession: dropped,
  observationsRefused: dropped,
  observationsWaiting: dropped,
  observationAgeSeconds: done('taken for that old'),
  countersPerKey: done('the oldest is forgotten'),
  counters: done('the oldest is forgotten, or not counted'),
  counterSeconds: done('forgotten'),
  suspicions: done('not looked into'),

  heartbeatSeconds: done('a heartbeat is sent'),
  framesWaiting: done('the subscriber is let go, and comes back'),
  subscribers: connection,
  frameEntries: done('the next frame has it'),
  coalesceMillis: timing,
  floorSeconds: done(
    'the floor rises, and verifiers refuse what lies below it with `token_below_floor`',
  ),
  floorStepSeconds: timing,
  maxStaleSeconds: done('verifiers refuse with `feed_stale`, or flag it where `bestEffort` is set'),

  tokenKeySeconds: done('the next key signs'),
  tokenKeyOverlapSeconds: done('the key is published no more'),

  refusalsOfMembers: done('the oldest is forgotten'),
  refusalsPerMember: done("the member's oldest is forgotten"),
  refusalsOfStrangers: done('the oldest is forgotten'),
  refusalsPerAddress: done("the address's oldest is forgotten"),
  refusalFacts: done('the rest is not kept'),
  refusalChars: done('the text is cut'),
  auditRecordsNear: done('who ended the session is not said'),
  childrenShown: done('the rest is counted'),

  tracedSessions: done('the session unused for longest is forgotten: its signals are linked alone'),
  tracesPerSession: done('the oldest is forgotten'),
  signalSpansBurst: done('counted without a span'),
  signalSpansPerSecond: done('counted without a span'),
  cutSpansWaiting: done('the oldest has a trace of its own'),
  cutsUnacknowledged: done('the oldest is not measured'),

  clockStepSeconds: refused('clock_unsafe'),
  clockAgreeSeconds: timing,
  clockSlewPerMille: timing,

  httpHeadBytes: closed,
  httpHeadMillis: closed,
  httpRequestMillis: closed,
  httpIdleMillis: closed,
  httpConnections: closed,
  httpConnectionsPerAddress: closed,
  httpBurst: tooMany,
  httpPerSecond: tooMany,

  reachWorkloads: done('the rest is not named'),
  reachSessions: done('the rest is not looked at'),
  eventsKept: done('the oldest is forgotten, and whoever missed it is told of the gap'),
  eventsWaiting: refused('events_too_slow'),
  eventSubscribers: connection,
  eventWatchesPerSession: connection,
  enforcementsFollowed: done('the oldest is not followed'),
  enforcersTold: done('they are told of together, once all enforce it'),
  deliveriesPerReceiver: done('the oldest is dropped and counted'),
  deliverySeconds: done('the delivery is given up and counted'),
  deliveryEscalationSeconds: done('the escalation gets the event too'),
  deliveryMillis: done('the attempt has failed, and another follows'),
  deliveryPauseMillis: timing,
  deliveryPauseMillisMax: timing,
  deliveriesAtOnce: done('the others wait'),
  deliveryAnswerBytes: done('the rest is not read'),
  deliveryBytes: done('the words are cut'),
};
