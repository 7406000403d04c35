import type { Reason, Scope } from '@creance/proto';

/** A refused request. Expected, so a value and not an exception. */
export interface Denial {
  /** Stable name; its row in `@creance/proto` gives status, message and fix. */
  readonly reason: Reason;
  /** The first scope that is missing: the session itself may know it. */
  readonly missingScope?: Scope;
  /** Milliseconds to wait before the same call may succeed. */
  readonly retryAfterMillis?: number;
  /** Faulty fields of the request: they are the caller's own words. */
  readonly fields?: readonly FieldFault[];
  /** What was presented, the nearest rule: for owner, operator, log. Never for the wire. */
  readonly detail?: Readonly<Record<string, string | number>>;
}

/** One faulty field of a request. */
export interface FieldFault {
  /** Path in proto names. */
  readonly field: string;
  readonly fault: string;
}
