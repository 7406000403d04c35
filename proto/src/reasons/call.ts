import { exhausted, invalidArgument, type ReasonRow } from './row.js';

/** What is wrong with a call before anybody asks who makes it. */
export type CallReason =
  | 'request_malformed'
  | 'request_too_large'
  | 'method_unknown'
  | 'deadline_too_long'
  | 'deadline_exceeded';

/** The rows of these. */
export const callReasons: Readonly<Record<CallReason, ReasonRow>> = {
  request_malformed: {
    ...invalidArgument,
    message: 'the request cannot be read',
    fix: 'correct the field that is named, as the schema describes it; update the package when none is',
  },
  request_too_large: {
    ...exhausted,
    retryable: false,
    message: 'the request is too large',
    fix: 'keep messages within 64 KB, and a report within 100 observations and 16 proofs',
  },
  method_unknown: {
    grpc: 12,
    oauth: 'invalid_request',
    retryable: false,
    message: 'there is no such method',
    fix: 'list the methods by server reflection',
  },
  deadline_too_long: {
    ...invalidArgument,
    message: 'the deadline lies too far ahead',
    fix: 'set a deadline of at most 30 s',
  },
  deadline_exceeded: {
    grpc: 4,
    oauth: 'temporarily_unavailable',
    retryable: true,
    message: 'the call did not finish in time',
    fix: 'try again after a pause',
  },
};
