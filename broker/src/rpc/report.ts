import type { Reason } from '@creance/proto';
import type { Caller } from '../domain/caller.js';
import type { Denial } from '../domain/denial.js';
import { factsOf, type KeptRefusal } from '../domain/refusal.js';
import { boundOfReason } from '../domain/refusal-bounds.js';
import { refusalWords } from '../domain/refusal-words.js';
import type { CurrentRegistry } from '../domain/registry.js';
import { networkOfAddress } from '../runtime/address.js';
import type { Clock } from '../runtime/clock.js';
import { openRate } from '../runtime/rate.js';
import type { AnsweredCall, Arrival, CallSpans, HeaderOf } from '../telemetry/call-spans.js';
import type { Cause, KeptRefusals } from '../telemetry/kept-refusals.js';
import { type LogFields, type TraceFields, traceFields } from '../telemetry/log-fields.js';
import type { Meters } from '../telemetry/meters.js';
import { addressKey } from './address.js';
import type { CallNote } from './call-record.js';
import { faultWords } from './fault-words.js';
import type { EdgeLimits } from './limits.js';

/** Where the edge writes what it has refused and what has failed; pino fits. */
export interface EdgeLogger {
  info(fields: LogFields, text: string): void;
  warn(fields: LogFields, text: string): void;
  error(fields: LogFields, text: string): void;
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

/** Refusals that are counted alone: a step of a normal call, and those of a broker that goes. */
const onlyCounted: ReadonlySet<Reason> = new Set(['nonce_required', 'shutting_down']);

/** Parts of the report. */
export interface ReportParts {
  readonly logger: EdgeLogger;
  readonly meters: Pick<Meters, 'request' | 'limitHit'>;
  readonly clock: Clock;
  readonly limits: EdgeLimits;
  /** By which the nearest rule of a refusal is found. */
  readonly registry: CurrentRegistry;
  /** Where refusals are kept for operators. */
  readonly refusals: Pick<KeptRefusals, 'note'>;
  /** Makes spans of calls; undefined when nobody traces. */
  readonly spans?: CallSpans | undefined;
}

/**
 * Opens a report. Everything is counted, and kept for operators within its bounds; what is written down has
 * the rate of failures, by whoever caused it, so that a flood does not fill the disk.
 */
export function openReport(parts: ReportParts): Report {
  const { logger, meters, clock, limits, spans, registry } = parts;
  const lines = openRate(limits.failuresBurst, limits.failuresPerSecond, limits.rateKeys);
  const mayWrite = (kind: string, { name }: Cause) =>
    lines.take(`${kind} ${name}`, clock.monotonicMillis()) === 0;
  /** Counts a call, and makes its span; gives what its log line says of the trace. */
  const ended = (record: CallNote, outcome: string): TraceFields => {
    meters.request(record.method, outcome);
    if (spans === undefined || record.arrival === undefined) return {};
    return traceFields(spans.answered(record.arrival, answeredCall(record, outcome), clock.now()));
  };
  const keep = (record: CallNote, denial: Denial, traceId: string | undefined): KeptRefusal => {
    const kept = { ...keptOf(record, denial), at: clock.now(), traceId };
    parts.refusals.note(kept, causeOf(record));
    return kept;
  };
  return {
    arrived: (header) => spans?.arrived(clock.now(), header),
    answered: (record) => void ended(record, 'ok'),
    refused(record, denial) {
      const traced = ended(record, denial.reason);
      const bound = boundOfReason[denial.reason];
      if (bound !== undefined) meters.limitHit(bound);
      if (onlyCounted.has(denial.reason)) return;
      const kept = keep(record, denial, traced.trace_id);
      // What a rate refuses comes in crowds: it is kept, and not written down.
      if (denial.reason === 'rate_limited' || !mayWrite('refusal', causeOf(record))) return;
      const words = refusalWords(registry(), kept);
      const { reason, facts: detail } = kept;
      // The owner of a development broker has been told at their own terminal: nobody else is to be warned.
      const level = record.caller?.kind === 'dev-owner' ? 'info' : 'warn';
      logger[level]({ ...callFields(record), reason, detail, ...words, ...traced }, 'call refused');
    },
    failed(record, fault) {
      const traced = ended(record, 'internal');
      keep(record, { reason: 'internal' }, traced.trace_id);
      if (!mayWrite('fault', causeOf(record))) return;
      logger.error({ ...callFields(record), ...traced, ...faultWords(fault) }, 'call failed');
    },
    cancelled: (record) => void ended(record, 'cancelled'),
    limitHit: (limit) => meters.limitHit(limit),
  };
}

function answeredCall({ method, requestId, caller }: CallNote, outcome: string): AnsweredCall {
  const session = caller?.kind === 'session' ? caller.session : undefined;
  // Of a new key nobody knows anything, until its evidence has opened a session.
  const isProved = caller !== undefined && (caller.kind !== 'new-key' || outcome === 'ok');
  return { method, requestId, session, isProved, outcome };
}

function keptOf(
  { requestId, method, address, caller }: CallNote,
  denial: Denial,
): Omit<KeptRefusal, 'at' | 'traceId'> {
  const network = networkOfAddress(address);
  const { reason } = denial;
  return {
    requestId,
    method,
    network,
    caller: refusedCaller(caller),
    ...(caller?.kind === 'dev-owner' && { byDevOwner: true as const }),
    reason,
    facts: factsOf(denial),
  };
}

function refusedCaller(caller: Caller | undefined): KeptRefusal['caller'] {
  if (caller?.kind !== 'session') return undefined;
  const { id, kind, name } = caller.session;
  return { session: id, kind, name };
}

/** A member by its name; a stranger by its address. */
function causeOf({ address, caller }: CallNote): Cause {
  if (caller?.kind === 'session')
    return { isStranger: false, name: `${caller.session.kind} ${caller.session.name}` };
  if (caller?.kind === 'dev-owner') return { isStranger: false, name: 'dev-owner' };
  return { isStranger: true, name: `address ${addressKey(address)}` };
}

function callFields({ requestId, method, address, caller }: CallNote): LogFields {
  return { requestId, method, address, caller: callerName(caller) };
}

function callerName(caller: Caller | undefined): string {
  if (caller === undefined) return 'stranger';
  return caller.kind === 'session' ? caller.session.id : caller.kind;
}
