import { Server, ServerCredentials } from '@grpc/grpc-js';

// The baseline: a raw grpc-js unary echo with the sizes of IssueToken, no checks, no store.
const reply = Buffer.alloc(1_150, 1);
const plain = (bytes: Buffer) => bytes;
const server = new Server();
server.addService(
  {
    echo: {
      path: '/bench.Echo/Echo',
      requestStream: false,
      responseStream: false,
      requestDeserialize: plain,
      requestSerialize: plain,
      responseDeserialize: plain,
      responseSerialize: plain,
    },
  },
  {
    echo: (_call: unknown, callback: (error: null, reply: Buffer) => void) => callback(null, reply),
  },
);
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  process.send?.({ port });
});
