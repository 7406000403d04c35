import {
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
} from '@grpc/grpc-js';

// The baseline of the feed: whoever subscribes gets each message, signed by nobody, one after the other.
const plain = (bytes: Buffer) => bytes;
const shape = {
  requestStream: false,
  requestDeserialize: plain,
  requestSerialize: plain,
  responseDeserialize: plain,
  responseSerialize: plain,
} as const;
/** Bytes of a signed frame with one cut. */
const frame = Buffer.alloc(250, 1);
const subscribers = new Set<ServerWritableStream<Buffer, Buffer>>();
const server = new Server({ 'grpc.enable_channelz': 0 });
server.addService(
  {
    subscribe: { path: '/bench.Broadcast/Subscribe', responseStream: true, ...shape },
    send: { path: '/bench.Broadcast/Send', responseStream: false, ...shape },
  },
  {
    subscribe(call: ServerWritableStream<Buffer, Buffer>) {
      subscribers.add(call);
      call.on('cancelled', () => subscribers.delete(call));
      call.on('error', () => {});
    },
    send({ request }: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>) {
      const count = request.readUInt32BE();
      for (let nth = 0; nth < count; nth += 1)
        for (const subscriber of subscribers) subscriber.write(frame);
      callback(null, frame);
    },
  },
);
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  process.send?.({ port });
});
process.once('disconnect', () => process.exit());
