import { creanceServerInterceptor } from '@creance/verifier/grpc-server';
import {
  Client,
  credentials,
  type handleUnaryCall,
  type Interceptor,
  Server,
  ServerCredentials,
  type ServerInterceptor,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import { audiences } from './manifest.js';
import type { AdapterStage } from './stage.js';

const path = '/mail.v1.Mail/Send';
const plain = (bytes: Buffer): Buffer => bytes;
const definition: ServiceDefinition = {
  send: {
    path,
    requestStream: false,
    responseStream: false,
    requestSerialize: plain,
    requestDeserialize: plain,
    responseSerialize: plain,
    responseDeserialize: plain,
  },
};

/** What a tool that sends mail needs. */
export const sending: { readonly audience: string; readonly scopes: string[] } = {
  audience: audiences.mail,
  scopes: ['mail:send'],
};

/** A protected gRPC service on loopback. */
export interface Mail {
  readonly origin: string;
  /** Tokens and proofs that came in. */
  readonly secrets: string[];
  /** Sends a mail by a client with this interceptor; gives `sent`, or rejects with the status. */
  send(interceptor: Interceptor): Promise<string>;
}

/** Starts the mail service, with a real verifier. */
export async function openMail(stage: AdapterStage): Promise<Mail> {
  // The port is known before the verifier, which must be told it.
  const late: { protect?: ServerInterceptor } = {};
  const interceptors: ServerInterceptor[] = [
    (to, call) => (late.protect as ServerInterceptor)(to, call),
  ];
  const server = new Server({ interceptors });
  const secrets: string[] = [];
  const send: handleUnaryCall<Buffer, Buffer> = ({ metadata }, answer) => {
    for (const name of ['authorization', 'dpop'])
      secrets.push(...metadata.get(name).map((value) => String(value).replace(/^DPoP /, '')));
    answer(null, Buffer.from('sent'));
  };
  server.addService(definition, { send });
  const port = await new Promise<number>((resolve, reject) => {
    const bound = (fault: Error | null, at: number) =>
      fault === null ? resolve(at) : reject(fault);
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), bound);
  });
  stage.closeLater(async () => server.forceShutdown());
  const origin = `http://127.0.0.1:${port}`;
  const scopes = { [path]: sending.scopes };
  late.protect = creanceServerInterceptor(await stage.verifier('mail', origin), { scopes });
  const call = (client: Client) =>
    new Promise<string>((resolve, reject) => {
      client.makeUnaryRequest(path, plain, plain, Buffer.alloc(0), (fault, reply) =>
        reply === undefined ? reject(fault) : resolve(reply.toString()),
      );
    });
  return {
    origin,
    secrets,
    send: (interceptor) => {
      const client = new Client(new URL(origin).host, credentials.createInsecure(), {
        interceptors: [interceptor],
      });
      return call(client).finally(() => client.close());
    },
  };
}
