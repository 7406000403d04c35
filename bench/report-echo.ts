import { Server, ServerCredentials } from '@grpc/grpc-js';

// The baseline of reports: a raw grpc-js unary server that takes the bytes and looks at none of them.
const reply = Buffer.alloc(2, 1);
const plain = (bytes: Buffer) => bytes;
// A bench that fails leaves nothing running.
process.once('disconnect', () => process.exit());
const server = new Server({ 'grpc.enable_channelz': 0 });
server.addService(
  {
    report: {
      path: '/bench.Echo/Report',
      requestStream: false,
      responseStream: false,
      requestDeserialize: plain,
      requestSerialize: plain,
      responseDeserialize: plain,
      responseSerialize: plain,
    },
  },
  {
    report: (_call: unknown, callback: (error: null, reply: Buffer) => void) =>
      callback(null, reply),
  },
);
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  process.send?.({ port });
});
