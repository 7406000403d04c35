import {
  type Client,
  type ClientDuplexStream,
  type ClientReadableStream,
  Metadata,
  type ServiceError,
  type StatusObject,
} from '@grpc/grpc-js';
import { grpcStatus } from '../errors/status.js';
import type { BrokerStream, StreamCall, StreamListener } from './contract.js';
import { endOf, failedReply } from './reply.js';

/** Leaves messages as they are: whoever sends or takes them encodes and decodes. */
export const unchanged = (bytes: Buffer): Buffer => bytes;

const deadStream: BrokerStream = { send: () => {}, close: () => {} };

/** Opens a stream of a client. What the client cannot even begin ends like a broken connection. */
export function openStream(
  client: Client,
  call: StreamCall,
  listener: StreamListener,
): BrokerStream {
  try {
    const metadata = new Metadata();
    metadata.set('dpop', call.proof);
    metadata.set('creance-session', call.sessionId);
    const { path, request } = call;
    if (request === undefined) {
      const stream = client.makeBidiStreamRequest(path, unchanged, unchanged, metadata);
      return listen(stream, listener, (bytes) => void stream.write(Buffer.from(bytes)));
    }
    const asked = Buffer.from(request);
    return listen(
      client.makeServerStreamRequest(path, unchanged, unchanged, asked, metadata),
      listener,
      () => {},
    );
  } catch {
    // A closed client throws; its words are not for anybody.
    queueMicrotask(() => listener.onEnd(failedReply(grpcStatus.unavailable)));
    return deadStream;
  }
}

function listen(
  stream: ClientDuplexStream<Buffer, Buffer> | ClientReadableStream<Buffer>,
  listener: StreamListener,
  send: (bytes: Uint8Array) => void,
): BrokerStream {
  let initial: Metadata | undefined;
  let isOver = false;
  stream
    .on('metadata', (metadata: Metadata) => {
      initial = metadata;
    })
    .on('data', (bytes: Buffer) => {
      if (!isOver) listener.onMessage(bytes);
    })
    // The status says the same and comes with the trailers; without a listener here it would be thrown.
    .on('error', (_error: ServiceError) => {})
    .on('status', (status: StatusObject) => {
      if (isOver) return;
      isOver = true;
      listener.onEnd(endOf(status, initial), status.code === grpcStatus.ok);
    });
  return {
    send: (bytes) => {
      if (!isOver) send(bytes);
    },
    close: () => {
      isOver = true;
      stream.cancel();
    },
  };
}
