import type { Reason, Result } from '@creance/proto';
import type { ServerWritableStream } from '@grpc/grpc-js';
import type { Denial } from '../domain/denial.js';
import { type CallRecord, recordOf } from './call-record.js';
import { endCall } from './end-call.js';
import type { RawServerStream } from './health.js';
import { attempt, type Pipeline, refusalStatus } from './pipeline.js';
import { statusOf } from './status.js';

/** A call that is answered by a stream of bytes. */
export type StreamedCall = ServerWritableStream<Buffer, Buffer>;

/** Lets a call in and begins its stream, or says why not. */
export type OpenStream = (call: StreamedCall, record: CallRecord) => Result<void, Denial>;

/** Makes the handler of such a method: a refusal ends the call by its row, a fault by a request id. */
export function serverStream(pipeline: Pipeline, open: OpenStream): RawServerStream {
  return (call) => {
    const record = recordOf(call.metadata);
    const answer = async () => {
      const opened = await attempt(async () => open(call, record));
      if (!record.settle()) return;
      if (opened.ok) pipeline.report.answered(record);
      else call.emit('error', refusalStatus(pipeline, record, opened.error));
    };
    pipeline.flight.during(answer).catch((fault) => pipeline.report.failed(record, fault));
  };
}

/** Streams that are open, counted by who holds them. */
export class OpenStreams {
  readonly #counts = new Map<string, number>();

  /** How many somebody holds. */
  of(who: string): number {
    return this.#counts.get(who) ?? 0;
  }

  /** Counts a stream until its call is over, however it ends; then calls back, once. */
  hold(who: string, call: StreamedCall, release: () => void): void {
    this.#counts.set(who, this.of(who) + 1);
    let isOver = false;
    const over = () => {
      if (isOver) return;
      isOver = true;
      const left = this.of(who) - 1;
      if (left > 0) this.#counts.set(who, left);
      else this.#counts.delete(who);
      release();
    };
    // An end in order closes the call without a cancellation.
    for (const end of ['cancelled', 'finish', 'close']) call.once(end, over);
    if (call.cancelled) over();
  }
}

/** The way to one reader, whatever it is sent. */
export interface StreamLine<Message> {
  write(message: Message): boolean;
  onDrain(resume: () => void): void;
  end(reason?: Reason): void;
}

/** How a stream is ended when its reader does not read. */
export interface LineEnd {
  readonly record: CallRecord;
  readonly graceMillis: number;
  /** Closes the connection. */
  readonly drop: () => void;
}

/** The line over a call: after its end nothing is written, and it ends once. */
export function streamLine<Message>(
  call: StreamedCall,
  encode: (message: Message) => Buffer,
  { record, graceMillis, drop }: LineEnd,
): StreamLine<Message> {
  let ended = false;
  return {
    write: (message) => (ended || call.cancelled ? true : call.write(encode(message))),
    onDrain: (resume) => void call.on('drain', resume),
    end(reason) {
      if (ended) return;
      ended = true;
      endCall(call, reason && statusOf({ reason }, record), { millis: graceMillis, drop });
    },
  };
}
