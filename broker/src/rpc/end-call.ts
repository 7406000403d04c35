import type { ServerDuplexStream, ServerWritableStream } from '@grpc/grpc-js';
import type { RefusalStatus } from './status.js';

/** A call over which the broker streams. */
export type StreamingCall =
  | ServerWritableStream<Buffer, Buffer>
  | ServerDuplexStream<Buffer, Buffer>;

/**
 * Ends such a call, in order without a status. A peer that does not read cannot be told that it was let
 * go either: what it was sent last stays in its stream, and after a grace its connection is closed.
 */
export function endCall(
  call: StreamingCall,
  status: RefusalStatus | undefined,
  grace: { readonly millis: number; readonly drop: () => void },
): void {
  if (call.cancelled) return;
  const timer = setTimeout(grace.drop, grace.millis).unref();
  call.once('cancelled', () => clearTimeout(timer));
  if (status === undefined) call.end();
  else call.emit('error', status);
}
