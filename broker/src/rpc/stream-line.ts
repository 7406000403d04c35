import type { StreamResponse } from '@creance/proto/wire';
import { StreamResponse as StreamResponseMessage } from '@creance/proto/wire';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import { endCall } from './end-call.js';
import type { RefusalStatus } from './status.js';
import { encodeMessage } from './writer.js';

/** The way to one session. */
export interface StreamLine {
  /** Hands over one message; gives false when so many wait that nobody can be reading. */
  write(message: StreamResponse): boolean;
  /** Ends the stream, once; in order without a status. */
  end(status?: RefusalStatus): void;
}

/** The line over a call. grpc-js keeps without bound what nobody reads, so the line counts what waits. */
export function streamLine(
  call: ServerDuplexStream<Buffer, Buffer>,
  bounds: {
    readonly messagesWaiting: number;
    readonly graceMillis: number;
    readonly drop: () => void;
  },
): StreamLine {
  let ended = false;
  return {
    write(message) {
      if (ended || call.cancelled) return true;
      if (call.writableLength >= bounds.messagesWaiting) return false;
      call.write(encodeMessage(StreamResponseMessage, message));
      return true;
    },
    end(status) {
      if (ended) return;
      ended = true;
      endCall(call, status, { millis: bounds.graceMillis, drop: bounds.drop });
    },
  };
}
