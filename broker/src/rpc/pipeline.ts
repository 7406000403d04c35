import { ok, type Result, refuse } from '@creance/proto';
import type { handleUnaryCall, ServerUnaryCall } from '@grpc/grpc-js';
import type { Command } from '../commands/call.js';
import type { Denial } from '../domain/denial.js';
import type { Clock } from '../runtime/clock.js';
import type { Admission, ProvedRule } from './admission.js';
import { type CallNote, type CallRecord, recordOf } from './call-record.js';
import type { Flight } from './flight.js';
import type { EdgeLimits } from './limits.js';
import type { Report } from './report.js';
import type { Shares } from './shares.js';
import { type RefusalStatus, statusOf } from './status.js';

/** What every call goes through. */
export interface Pipeline {
  readonly admission: Admission;
  readonly flight: Flight;
  readonly report: Report;
  readonly clock: Clock;
  readonly limits: EdgeLimits;
  readonly isDraining: () => boolean;
  /** Whether more calls have come than the broker can answer. */
  readonly isBusy: () => boolean;
  /** Who has how many calls in flight. */
  readonly shares: Shares;
  /** The nonce to hand out now. */
  readonly nonce: () => string;
}

/** One unary method: its rule, its way in, its verb, its way out. */
export interface UnaryMethod<Ask, Answer> {
  readonly rule: ProvedRule;
  /** Bytes of the largest request. */
  readonly bytesMax: number;
  readonly read: (bytes: Uint8Array) => Result<Ask, Denial>;
  readonly run: Command<Ask, Answer>;
  readonly write: (answer: Answer) => Buffer;
}

/** A handler that works on bytes. */
export type RawUnary = handleUnaryCall<Buffer, Buffer>;

/**
 * Admit → read → run → write. A refusal is answered by its row of the table; whatever is thrown is a
 * fault, and tells the caller a request id and nothing else.
 */
export function unary<Ask, Answer>(pipeline: Pipeline, method: UnaryMethod<Ask, Answer>): RawUnary {
  const { flight, report } = pipeline;
  return (call, callback) => {
    const record = recordOf(call.metadata);
    let isAnswered = false;
    const end: typeof callback = (...outcome) => {
      isAnswered = true;
      callback(...outcome);
    };
    const answer = async () => {
      const outcome = await attempt(() => serve(pipeline, method, call, record));
      // The gate has answered already when the deadline has passed; what comes later is dropped.
      if (!record.settle()) return;
      if (!outcome.ok) return end(refusalStatus(pipeline, record, outcome.error));
      report.answered(record);
      end(null, outcome.value);
    };
    flight.during(answer).catch((fault) => {
      report.failed(record, fault);
      // The right to answer is claimed: if not here, nobody tells the caller before its deadline.
      if (!isAnswered) end(statusOf({ reason: 'internal' }, record));
    });
  };
}

/** Notes, counts and logs a refusal or fault; gives what the caller may be told of it. */
export function noted(
  { admission, report }: Pick<Pipeline, 'admission' | 'report'>,
  note: CallNote,
  denial: Denial | Fault,
): Denial {
  if (denial instanceof Fault) {
    report.failed(note, denial.cause);
    return { reason: 'internal' };
  }
  admission.noteRefusal(note, denial);
  report.refused(note, denial);
  return denial;
}

/** The status of a refusal or fault, after it is noted. */
export function refusalStatus(
  pipeline: Pick<Pipeline, 'admission' | 'report' | 'nonce'>,
  note: CallNote,
  denial: Denial | Fault,
): RefusalStatus {
  return statusOf(noted(pipeline, note, denial), note, pipeline.nonce);
}

/** Something was thrown. What it says is for the log alone. */
export class Fault {
  readonly cause: unknown;

  constructor(cause: unknown) {
    this.cause = cause;
  }
}

/** Turns whatever is thrown into a value. */
export async function attempt<Value>(
  run: () => Promise<Result<Value, Denial>>,
): Promise<Result<Value, Denial | Fault>> {
  try {
    return await run();
  } catch (cause) {
    return refuse(new Fault(cause));
  }
}

async function serve<Ask, Answer>(
  { admission, clock, isDraining, report }: Pipeline,
  { rule, bytesMax, read, run, write }: UnaryMethod<Ask, Answer>,
  { request, metadata }: ServerUnaryCall<Buffer, Buffer>,
  record: CallRecord,
): Promise<Result<Buffer, Denial>> {
  if (isDraining()) return refuse({ reason: 'shutting_down' });
  if (request.length > bytesMax) {
    report.limitHit('messageBytes');
    return refuse({ reason: 'request_too_large', detail: { most: bytesMax } });
  }
  const now = clock.now();
  const admitted = admission.admit({ record, metadata, bytes: request, rule, now });
  if (!admitted.ok) return admitted;
  const ask = read(request);
  if (!ask.ok) return ask;
  const caller = admitted.value;
  const { requestId, address } = record;
  const answer = await run(ask.value, { requestId, now, address, caller });
  if (!answer.ok) return answer;
  if (caller.kind === 'new-key') admission.noteGenuine(record);
  return ok(write(answer.value));
}
