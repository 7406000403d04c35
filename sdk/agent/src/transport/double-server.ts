import {
  ActionServiceService,
  OperatorServiceService,
  RegistryServiceService,
  SessionServiceService,
} from '@creance/proto/wire';
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
} from '@grpc/grpc-js';
import type { ScriptedBroker } from '../doubles/scripted-broker.js';
import type { BrokerReply } from './contract.js';

/** For tests: a scripted broker behind a real gRPC server on loopback. */
export interface DoubleServer {
  readonly port: number;
  /** Metadata of the calls that came in. */
  readonly metadata: readonly Metadata[];
  /** Ends every connection at once, as `kill -9` would. */
  kill(): void;
}

const services = [
  SessionServiceService,
  ActionServiceService,
  OperatorServiceService,
  RegistryServiceService,
];

/** Starts a server; port 0 takes any free one. Sets the broker's origin to match. */
export async function startDouble(broker: ScriptedBroker, port = 0): Promise<DoubleServer> {
  const server = new Server();
  const metadata: Metadata[] = [];
  for (const { path, requestStream } of services.flatMap((service) => Object.values(service))) {
    if (requestStream) {
      registerStream(server, path, broker, metadata);
      continue;
    }
    const handler = (
      call: ServerUnaryCall<Buffer, Buffer>,
      answer: (error: object | null, value?: Buffer, trailer?: Metadata) => void,
    ) => {
      metadata.push(call.metadata);
      const [proof] = call.metadata.get('dpop');
      const [newKeyProof] = call.metadata.get('creance-new-key-proof');
      const [sessionId] = call.metadata.get('creance-session');
      const reply = broker.handle({
        path,
        request: call.request,
        proof: String(proof),
        newKeyProof: newKeyProof === undefined ? undefined : String(newKeyProof),
        sessionId: sessionId === undefined ? undefined : String(sessionId),
        deadlineMillis: 0,
      });
      if (reply.ok) answer(null, Buffer.from(reply.response), trailersOf(reply));
      else answer({ code: reply.status, details: 'refused', metadata: trailersOf(reply) });
    };
    server.register(path, handler as never, (bytes: Buffer) => bytes, unchanged, 'unary');
  }
  const bound = await bind(server, port);
  broker.origin = `http://127.0.0.1:${bound}`;
  return { port: bound, metadata, kill: () => server.forceShutdown() };
}

function registerStream(
  server: Server,
  path: string,
  broker: ScriptedBroker,
  metadata: Metadata[],
): void {
  const handler = (call: ServerDuplexStream<Buffer, Buffer>) => {
    metadata.push(call.metadata);
    const [proof] = call.metadata.get('dpop');
    const [sessionId] = call.metadata.get('creance-session');
    const stream = broker.openStream(
      { path, proof: String(proof), sessionId: String(sessionId) },
      {
        onMessage: (bytes) => void call.write(Buffer.from(bytes)),
        onEnd: (end) =>
          void call.emit('error', {
            code: end.status,
            details: 'ended',
            metadata: trailersOf(end),
          }),
      },
    );
    call.on('data', (bytes: Buffer) => stream.send(bytes));
    call.on('cancelled', () => stream.close());
  };
  server.register(path, handler as never, unchanged, unchanged, 'bidi');
}

const unchanged = (bytes: Buffer): Buffer => bytes;

function bind(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
}

function trailersOf(reply: BrokerReply): Metadata {
  const trailers = new Metadata();
  if (reply.nonce !== undefined) trailers.set('dpop-nonce', reply.nonce);
  if (!reply.ok && reply.details !== undefined)
    trailers.set('grpc-status-details-bin', Buffer.from(reply.details));
  return trailers;
}
