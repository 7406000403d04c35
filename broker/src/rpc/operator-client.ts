import { Client, credentials, type ServiceError } from '@grpc/grpc-js';
import { systemClock } from '../runtime/clock.js';

/** The way of an operator to the broker. */
export interface OperatorLine {
  /** Calls a method with encoded bytes; rejects with a gRPC ServiceError. */
  call(path: string, request: Uint8Array): Promise<Uint8Array>;
  close(): void | Promise<void>;
}

/** One over which the broker can also go on telling. */
export interface ListeningLine extends OperatorLine {
  /**
   * Makes a call that the broker answers with a stream, until it ends or `close` is called. Keeps the process
   * alive meanwhile only over a socket.
   */
  listen(path: string, request: Uint8Array, ears: LineEars): { close(): void };
}

/** Who hears a stream. */
export interface LineEars {
  onMessage(bytes: Uint8Array): void;
  /** The last call: a gRPC ServiceError or the SDK's error, or undefined for an end in order. */
  onEnd(error: Error | undefined): void;
}

const callMillis = 5_000;

/** Opens the line to a socket in the data folder. The folder's mode is the authentication. */
export function openDevLine(socketPath: string): ListeningLine {
  const client = new Client(`unix:${socketPath}`, credentials.createInsecure(), {
    'grpc.enable_channelz': 0,
  });
  const plain = (bytes: Buffer) => bytes;
  return {
    call: (path, request) =>
      new Promise((resolve, reject) => {
        const answer = (error: ServiceError | null, reply?: Buffer) =>
          error === null && reply !== undefined ? resolve(reply) : reject(error);
        const deadline = systemClock.now() / 1_000 + callMillis;
        client.makeUnaryRequest(path, plain, plain, Buffer.from(request), { deadline }, answer);
      }),
    listen(path, request, ears) {
      const stream = client.makeServerStreamRequest(path, plain, plain, Buffer.from(request));
      let isOver = false;
      const end = (error: Error | undefined) => {
        if (!isOver) ears.onEnd(error);
        isOver = true;
      };
      stream.on('data', (bytes: Buffer) => ears.onMessage(bytes));
      stream.on('error', end);
      stream.on('end', () => end(undefined));
      return {
        close() {
          isOver = true;
          stream.cancel();
        },
      };
    },
    close: () => client.close(),
  };
}
