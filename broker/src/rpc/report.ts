import type { Reason } from '@creance/proto';
import type { Caller } from '../domain/caller.js';
import type { Denial } from '../domain/denial.js';
import type { LimitName } from '../domain/limits.js';
import type { Clock } from '../runtime/clock.js';
import { openRate } from '../runtime/rate.js';
import type { AnsweredCall, Arrival, CallSpans, HeaderOf } from '../telemetry/call-spans.js';
import type { Meters } from '../telemetry/meters.js';
import { addressKey } from './address.js';
import type { CallNote } from './call-record.js';
import type { EdgeLimits } from './limits.js';

/** Where the edge writes what it has refused and what has failed; pino fits. */
export interface EdgeLogger {
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
}

/** What becomes of calls, for metrics and log. */
export interface Report {
  /** A call has arrived; undefined when nobody traces. */
  arrived(header: HeaderOf): Arrival | undefined;
  answered(record: CallNote): void;
  refused(record: CallNote, denial: Denial): void;
  /** A fault of ours, under the request id that the caller is told. */
  failed(record: CallNote, fault: unknown): void;
  /** The caller has gone, or grpc-js has ended the call by itself. */
  cancelled(record: CallNote): void;
  limitHit(limit: keyof EdgeLimits): void;
}

/** Refusals that are counted and not written down: steps of a normal call, and what a rate refuses. */
const unwritten: ReadonlySet<Reason> = new Set(['nonce_required', 'rate_limited', 'shutting_down']);

/** Bounds behind the edge that refuse by a reason of their own: counted here under their names. */
export const boundOfReason: Readonly<Partial<Record<Reason, LimitName>>> = {
  sessions_limit: 'sessionsPerMember',
  keys_limit: 'evidenceKeysPerMember',
  children_limit: 'childrenPerSession',
  tree_limit: 'sessionsPerTree',
  events_too_slow: 'eventsWaiting',
  store_busy: 'writesWaiting',
  replay_memory_full: 'proofsRemembered',
};

/** Parts of the report. */
export interface ReportParts {
  readonly logger: EdgeLogger;
  readonly meters: Pick<Meters, 'request' | 'limitHit'>;
  readonly clock: Clock;
  readonly limits: EdgeLimits;
  /** Makes spans of calls; undefined when nobody traces. */
  readonly spans?: CallSpans | undefined;
}

/**
 * Opens a report. Everything is counted; what is written down has the rate of failures, by whoever caused
 * it, so that a flood does not fill the disk.
 */
export function openReport({ logger, meters, clock, limits, spans }: ReportParts): Report {
  const lines = openRate(limits.failuresBurst, limits.failuresPerSecond, limits.rateKeys);
  const mayWrite = (kind: string, record: CallNote) =>
    lines.take(`${kind} ${causeOf(record)}`, clock.monotonicMillis()) === 0;
  /** Counts a call, and makes its span; gives what its log line says of the trace. */
  const ended = (record: CallNote, outcome: string): { readonly traceId?: string } => {
    meters.request(record.method, outcome);
    if (spans === undefined || record.arrival === undefined) return {};
    return { traceId: spans.answered(record.arrival, answeredCall(record, outcome), clock.now()) };
  };
  return {
    arrived: (header) => spans?.arrived(clock.now(), header),
    answered: (record) => void ended(record, 'ok'),
    refused(record, denial) {
      const traced = ended(record, denial.reason);
      const bound = boundOfReason[denial.reason];
      if (bound !== undefined) meters.limitHit(bound);
      if (!unwritten.has(denial.reason) && mayWrite('refusal', record))
        logger.warn({ ...fieldsOf(record, denial), ...traced }, 'call refused');
    },
    failed(record, fault) {
      const traced = ended(record, 'internal');
      if (!mayWrite('fault', record)) return;
      const { message, stack } = fault instanceof Error ? fault : new Error(String(fault));
      logger.error({ ...callFields(record), ...traced, fault: message, stack }, 'call failed');
    },
    cancelled: (record) => void ended(record, 'cancelled'),
    limitHit: (limit) => meters.limitHit(limit),
  };
}

function answeredCall({ method, requestId, caller }: CallNote, outcome: string): AnsweredCall {
  const session = caller?.kind === 'session' ? caller.session : undefined;
  return { method, requestId, session, outcome };
}

/** A member by its name; a stranger by its address. */
function causeOf({ address, caller }: CallNote): string {
  return caller?.kind === 'session'
    ? `${caller.session.kind} ${caller.session.name}`
    : `address ${addressKey(address)}`;
}

function fieldsOf(record: CallNote, { reason, missingScope, fields, detail }: Denial): object {
  return {
    ...callFields(record),
    reason,
    ...(missingScope !== undefined && { missingScope }),
    ...(fields !== undefined && { fields }),
    ...(detail !== undefined && { detail }),
  };
}

function callFields({ requestId, method, address, caller }: CallNote): object {
  return { requestId, method, address, caller: callerName(caller) };
}

function callerName(caller: Caller | undefined): string {
  if (caller === undefined) return 'stranger';
  return caller.kind === 'session' ? caller.session.id : caller.kind;
}
