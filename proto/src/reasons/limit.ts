import { exhausted, type ReasonRow, unavailable } from './row.js';

/** Which bound was hit, or which part of the broker cannot serve now. */
export type LimitReason =
  | 'connection_limit'
  | 'rate_limited'
  | 'sessions_limit'
  | 'keys_limit'
  | 'proposals_limit'
  | 'children_limit'
  | 'tree_limit'
  | 'events_too_slow'
  | 'broker_busy'
  | 'store_busy'
  | 'store_full'
  | 'store_failed'
  | 'cut_journal_full'
  | 'cut_only'
  | 'target_needs_store'
  | 'clock_unsafe'
  | 'shutting_down'
  | 'internal';

/** The rows of these. */
export const limitReasons: Readonly<Record<LimitReason, ReasonRow>> = {
  connection_limit: {
    ...exhausted,
    message: 'too many connections',
    fix: 'keep one connection for each process',
  },
  rate_limited: { ...exhausted, message: 'too many calls', fix: 'wait as long as the reply says' },
  sessions_limit: {
    ...exhausted,
    message: 'the workload has too many live sessions',
    fix: 'close sessions that are not needed (session.close); creance session ls shows them',
  },
  keys_limit: {
    ...exhausted,
    retryable: false,
    message: 'the member has registered too many keys',
    fix: 'keep the evidence key in its file, and join once',
  },
  proposals_limit: {
    ...exhausted,
    retryable: false,
    message: 'too many acts of the operator wait for a second person',
    fix: 'have some of them approved, or take them back with creance deny',
  },
  children_limit: {
    ...exhausted,
    message: 'the session has too many children',
    fix: 'end children that are not needed',
  },
  tree_limit: {
    ...exhausted,
    message: 'the tree holds too many sessions of the workload',
    fix: 'end sessions that are not needed, or open another root',
  },
  events_too_slow: {
    ...exhausted,
    message: 'the stream of events was not read fast enough',
    fix: 'read faster or ask for fewer kinds, and go on after the last number',
  },
  broker_busy: {
    ...exhausted,
    message: 'the broker has more calls than it can answer now',
    fix: 'wait as long as the reply says',
  },
  store_busy: {
    ...exhausted,
    message: 'too many writes are waiting',
    fix: 'try again after a pause',
  },
  store_full: { ...unavailable, message: 'the disk of the broker is full', fix: 'try again later' },
  store_failed: {
    ...unavailable,
    message: 'the store of the broker has failed',
    fix: 'try again later',
  },
  cut_journal_full: {
    ...exhausted,
    retryable: false,
    message: 'the journal of cuts is full',
    fix: 'mend the store: its next start takes what waits; until then creance cut --before now ends everything',
  },
  cut_only: {
    ...unavailable,
    message: 'the broker serves cuts alone: it runs without its store',
    fix: 'mend or restore the store, and start the broker without --cut-only',
  },
  target_needs_store: {
    ...unavailable,
    retryable: false,
    message: 'what is to be cut cannot be found without the store',
    fix: 'cut the session, the workload or its owner by name, or everything with --before now',
  },
  clock_unsafe: {
    ...unavailable,
    message: 'the clock of the broker has stepped',
    fix: 'try again in a few seconds; the operator sets the clock of its machine right, or restarts the broker',
  },
  shutting_down: { ...unavailable, message: 'the broker is shutting down', fix: 'connect again' },
  internal: {
    grpc: 13,
    oauth: 'server_error',
    retryable: false,
    message: 'the broker has a fault',
    fix: 'tell the operator the request id',
  },
};
