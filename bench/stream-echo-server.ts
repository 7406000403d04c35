import { Server, ServerCredentials, type ServerDuplexStream } from '@grpc/grpc-js';
import { tokenReplyBytes } from './echo.js';

// The baseline of a stream: each message is answered with one of a token's size, which nobody made.
const reply = Buffer.alloc(tokenReplyBytes, 1);
const plain = (bytes: Buffer) => bytes;
const server = new Server({ 'grpc.enable_channelz': 0 });
server.addService(
  {
    stream: {
      path: '/bench.Echo/Stream',
      requestStream: true,
      responseStream: true,
      requestDeserialize: plain,
      requestSerialize: plain,
      responseDeserialize: plain,
      responseSerialize: plain,
    },
  },
  {
    stream: (call: ServerDuplexStream<Buffer, Buffer>) => {
      call.on('data', () => call.write(reply));
      call.on('error', () => {});
    },
  },
);
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  process.send?.({ port });
});
