import { Server, ServerCredentials, type ServerOptions } from '@grpc/grpc-js';

/** Bytes of the answer to an IssueToken. */
export const tokenReplyBytes = 1_150;

/**
 * A raw grpc-js unary server in a process of its own, which takes bytes, looks at none of them, and gives
 * `replyBytes` back. Tells its port to the process that has started it.
 */
export function serveEcho(path: string, replyBytes: number, options: ServerOptions = {}): void {
  const reply = Buffer.alloc(replyBytes, 1);
  const plain = (bytes: Buffer) => bytes;
  const server = new Server(options);
  server.addService(
    {
      echo: {
        path,
        requestStream: false,
        responseStream: false,
        requestDeserialize: plain,
        requestSerialize: plain,
        responseDeserialize: plain,
        responseSerialize: plain,
      },
    },
    {
      echo: (_call: unknown, callback: (error: null, reply: Buffer) => void) =>
        callback(null, reply),
    },
  );
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
    if (error !== null) throw error;
    process.send?.({ port });
  });
}
