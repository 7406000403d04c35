import {
  type Metadata,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  type ServerListener,
} from '@grpc/grpc-js';
import type { Denial } from '../domain/denial.js';
import { systemClock } from '../runtime/clock.js';
import type { Entropy } from '../runtime/entropy.js';
import { attachRecord, CallRecord } from './call-record.js';
import type { EdgeLimits } from './limits.js';
import { brokerBusy } from './loop-guard.js';
import { raiseMessageLimit } from './message-limit.js';
import type { Report } from './report.js';
import type { Shares } from './shares.js';
import { statusOf } from './status.js';

/** Parts of the gate. */
export interface GateParts {
  readonly limits: EdgeLimits;
  readonly entropy: Entropy;
  readonly report: Report;
  readonly isDraining: () => boolean;
  /** Bytes have come that belong to a call, over a connection. */
  readonly onBytes: (peer: string, bytes: number) => void;
  /** Whether calls of a method may send up to `registryMessageBytes`. */
  readonly isLarge: (path: string) => boolean;
  /** Whether calls of a method, once they are let in, have no end by time. */
  readonly isLong: (path: string) => boolean;
  /** Whether a method is one that waits when the broker cannot keep up; whatever cuts never does. */
  readonly mayShed: (path: string) => boolean;
  /** Whether more calls have come than the broker can answer. */
  readonly isBusy: () => boolean;
  /** Who has how many calls in flight: while it is busy, whoever has most is refused. */
  readonly shares: Shares;
}

/** What the gate has to know of a method. */
interface Method {
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
}

/**
 * Milliseconds before a caller's own deadline at which the gate answers: grpc-js would answer at the
 * deadline itself, without a reason.
 */
const marginMillis = 5;

/** Bytes that an entry of a header list counts beside its text (RFC 9113 §6.5.2). */
const entryOverheadBytes = 32;

/** Bytes of frames, prefix and pseudo-headers around the metadata of a call, and around a message. */
const callOverheadBytes = 256;
const messageOverheadBytes = 64;

/**
 * The first to see a call, before its message is read: a server that shuts down, metadata and deadline.
 * Keeps the clock of the call, so that slow bytes end like a slow answer.
 */
export function gate(parts: GateParts): ServerInterceptor {
  const large = { taken: 0 };
  return (method, call) =>
    new ServerInterceptingCall(call, {
      start: (next) => next(listenerOf(parts, method, call, large)),
    });
}

function listenerOf(
  parts: GateParts,
  method: Method,
  call: ServerInterceptingCallInterface,
  large: { taken: number },
): ServerListener {
  const { limits, report } = parts;
  const record = new CallRecord(method.path, call.getPeer(), parts.entropy);
  let raised = false;
  let timer: NodeJS.Timeout | undefined;
  let release: (() => void) | undefined;
  const refuse = (denial: Denial) => {
    if (!record.settle()) return;
    report.refused(record, denial);
    call.sendStatus(statusOf(denial, record));
  };
  const onDeadline = () => {
    // A stream that was let in has been answered in time.
    if (record.isSettled) return;
    report.limitHit('deadlineMillis');
    refuse({ reason: 'deadline_exceeded' });
  };
  const raise = () => {
    if (!parts.isLarge(method.path) || large.taken >= limits.largeMessages) return;
    raised = raiseMessageLimit(call, limits.registryMessageBytes);
    if (raised) large.taken += 1;
  };
  return {
    onReceiveMetadata(metadata, next) {
      record.arrival = report.arrived((name) => headerOf(metadata, name));
      const bytes = bytesOf(metadata);
      parts.onBytes(record.peer, bytes + callOverheadBytes);
      const denial = denialOf(parts, method, call, record, bytes);
      if (denial !== undefined) return refuse(denial);
      timer = setTimeout(onDeadline, millisOf(call, limits));
      // Of a session's stream its messages are counted, while they run: it is open for as long as the session.
      if (parts.mayShed(method.path) && !parts.isLong(method.path))
        release = parts.shares.hold(record);
      raise();
      attachRecord(metadata, record);
      return next(metadata);
    },
    onReceiveMessage(message: Buffer, next) {
      parts.onBytes(record.peer, message.length + messageOverheadBytes);
      next(message);
    },
    onReceiveHalfClose(next) {
      // A stream that only the broker writes has no end by itself; the time for its request is over.
      if (method.responseStream && !method.requestStream) clearTimeout(timer);
      next();
    },
    onCancel() {
      clearTimeout(timer);
      release?.();
      if (raised) large.taken -= 1;
      if (record.settle()) report.cancelled(record);
    },
  };
}

/** The first value of a header, when it is text. */
function headerOf(metadata: Metadata, name: string): string | undefined {
  const [value] = metadata.get(name);
  return typeof value === 'string' ? value : undefined;
}

function denialOf(
  { limits, report, isDraining, isLong, mayShed, isBusy, shares }: GateParts,
  { path, requestStream, responseStream }: Method,
  call: ServerInterceptingCallInterface,
  record: CallRecord,
  metadataBytes: number,
): Denial | undefined {
  if (isDraining()) return { reason: 'shutting_down' };
  if (mayShed(path) && isBusy() && shares.isBeyond(record)) return brokerBusy(limits);
  if (metadataBytes > limits.metadataBytes) {
    report.limitHit('metadataBytes');
    return { reason: 'request_too_large', detail: { most: limits.metadataBytes } };
  }
  const isBounded = (requestStream || !responseStream) && !isLong(path);
  const remaining = remainingMillis(call);
  if (remaining !== undefined && remaining <= 0) return { reason: 'deadline_exceeded' };
  if (isBounded && remaining !== undefined && remaining > limits.deadlineMillisMax) {
    report.limitHit('deadlineMillisMax');
    return { reason: 'deadline_too_long', detail: { most: limits.deadlineMillisMax } };
  }
  return undefined;
}

function millisOf(call: ServerInterceptingCallInterface, limits: EdgeLimits): number {
  const remaining = remainingMillis(call);
  return remaining === undefined
    ? limits.deadlineMillis
    : Math.max(0, Math.min(remaining - marginMillis, limits.deadlineMillisMax));
}

/** Undefined when the caller named no deadline. grpc-js reckons deadlines by the machine's wall clock. */
function remainingMillis(call: ServerInterceptingCallInterface): number | undefined {
  const deadline = Number(call.getDeadline());
  return Number.isFinite(deadline) ? deadline - systemClock.now() / 1_000 : undefined;
}

function bytesOf(metadata: Metadata): number {
  let bytes = 0;
  for (const [name, values] of Object.entries(metadata.toJSON())) {
    for (const value of values) bytes += name.length + value.length + entryOverheadBytes;
  }
  return bytes;
}
