import { Client, credentials, type ServiceError } from '@grpc/grpc-js';
import { systemClock } from '../runtime/clock.js';

/** The way of an operator to the broker. */
export interface OperatorLine {
  /** Calls a method with encoded bytes; rejects with a gRPC ServiceError. */
  call(path: string, request: Uint8Array): Promise<Uint8Array>;
  close(): void | Promise<void>;
}

const callMillis = 5_000;

/** Opens the line to a socket in the data folder. The folder's mode is the authentication. */
export function openDevLine(socketPath: string): OperatorLine {
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
    close: () => client.close(),
  };
}
