import { join } from 'node:path';
import type { Session } from '@creance/sdk';
import { creanceInterceptor } from '@creance/sdk/grpc';
import type { Verifier } from '@creance/verifier';
import { joinVerifier } from '@creance/verifier/grpc';
import { creanceServerInterceptor } from '@creance/verifier/grpc-server';
import {
  Client,
  type ClientReadableStream,
  credentials,
  type handleServerStreamingCall,
  type handleUnaryCall,
  Metadata,
  Server,
  ServerCredentials,
  type ServerInterceptor,
  type ServiceDefinition,
  type ServiceError,
} from '@grpc/grpc-js';
import type { BrokerProcess } from './broker-process.js';
import { audiences } from './flow-manifest.js';
import { refusedOf } from './refused.js';

const list = '/test.v1.Tickets/List';
const watch = '/test.v1.Tickets/Watch';
const scopes: Readonly<Record<string, readonly string[]>> = {
  [list]: ['tickets:list'],
  [watch]: ['tickets:watch'],
};
const plain = (bytes: Buffer): Buffer => bytes;

function method(path: string, responseStream: boolean) {
  return {
    path,
    requestStream: false,
    responseStream,
    requestSerialize: plain,
    requestDeserialize: plain,
    responseSerialize: plain,
    responseDeserialize: plain,
  };
}

const definition: ServiceDefinition = { list: method(list, false), watch: method(watch, true) };

/** The tickets service: a gRPC server on loopback with the real interceptor. */
export class GrpcResource {
  readonly origin: string;
  readonly verifier: Verifier;
  /** Streams that run. */
  running = 0;
  readonly #server: Server;
  readonly #clients: Client[] = [];

  private constructor(origin: string, server: Server, verifier: Verifier) {
    this.origin = origin;
    this.#server = server;
    this.verifier = verifier;
  }

  static async join(broker: BrokerProcess): Promise<GrpcResource> {
    // The port is known before the verifier, which must be told it.
    const late: { protect?: ServerInterceptor; resource?: GrpcResource } = {};
    const server = new Server({
      interceptors: [(to, call) => (late.protect as ServerInterceptor)(to, call)],
    });
    const listed: handleUnaryCall<Buffer, Buffer> = (_call, answer) =>
      answer(null, Buffer.from('2'));
    const watched: handleServerStreamingCall<Buffer, Buffer> = (call) => {
      const resource = late.resource as GrpcResource;
      resource.running += 1;
      call.write(Buffer.from('1'));
      call.once('cancelled', () => {
        resource.running -= 1;
      });
    };
    server.addService(definition, { list: listed, watch: watched });
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (fault, bound) =>
        fault === null ? resolve(bound) : reject(fault),
      );
    });
    const origin = `http://127.0.0.1:${port}`;
    const verifier = await joinVerifier({
      join: await broker.joinString('verifier', 'tickets'),
      keyFile: join(broker.data, `tickets-${port}.key.json`),
      publicOrigin: origin,
    });
    late.protect = creanceServerInterceptor(verifier, { scopes });
    await verifier.ready();
    late.resource = new GrpcResource(origin, server, verifier);
    return late.resource;
  }

  /** `ok`, or why the unary call was refused. */
  list(session: Session): Promise<string> {
    return new Promise((resolve) => {
      const done = (fault: ServiceError | null) =>
        resolve(fault === null ? 'ok' : refusedOf(fault).reason);
      this.#client(session).makeUnaryRequest(list, plain, plain, Buffer.alloc(0), done);
    });
  }

  /**
   * Opens a stream; resolves with its first message. `by: 'hand'` signs it without the interceptor, so that
   * only the server can end it.
   */
  async watch(session: Session, by: 'interceptor' | 'hand'): Promise<Watched> {
    const metadata = new Metadata();
    if (by === 'hand') {
      // The first answer may ask for a nonce; a call with one message takes it.
      await this.list(session);
      const url = this.origin + watch;
      const ask = { audience: audiences.tickets, method: 'POST', scopes: scopes[watch] ?? [] };
      const signed = await session.headers({ ...ask, url });
      for (const [name, value] of Object.entries(signed)) metadata.set(name, value);
    }
    const client = this.#client(by === 'hand' ? undefined : session);
    const call = client.makeServerStreamRequest(watch, plain, plain, Buffer.alloc(0), metadata);
    return Watched.of(call);
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.close();
    this.#server.forceShutdown();
    await this.verifier.close();
  }

  #client(session?: Session): Client {
    const target = (path: string) => ({
      audience: audiences.tickets,
      origin: this.origin,
      scopes: scopes[path] ?? [],
    });
    const client = new Client(new URL(this.origin).host, credentials.createInsecure(), {
      ...(session && { interceptors: [creanceInterceptor(session, target)] }),
      'grpc.use_local_subchannel_pool': 1,
    });
    this.#clients.push(client);
    return client;
  }
}

/** A running stream. */
export class Watched {
  /** The reason of its end. */
  readonly ended: Promise<string>;

  private constructor(call: ClientReadableStream<Buffer>) {
    this.ended = new Promise((resolve) => {
      call.once('error', (fault: ServiceError) => resolve(refusedOf(fault).reason));
      call.once('end', () => resolve('ok'));
    });
  }

  static async of(call: ClientReadableStream<Buffer>): Promise<Watched> {
    const watched = new Watched(call);
    const first = new Promise<string>((resolve) => call.once('data', () => resolve('message')));
    const came = await Promise.race([first, watched.ended]);
    if (came !== 'message') throw new Error(`the stream did not begin: ${came}`);
    return watched;
  }
}
