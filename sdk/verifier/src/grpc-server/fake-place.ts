import { ErrorInfo, RpcStatus } from '@creance/proto/wire';
import {
  Client,
  credentials,
  type handleBidiStreamingCall,
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  Metadata,
  Server,
  ServerCredentials,
  type ServiceError,
} from '@grpc/grpc-js';
import { type Bench, openBench } from '../support/test-verifier.js';
import type { VerifierOptions } from '../verifier.js';
import { creanceServerInterceptor, type ProtectedMethods } from './interceptor.js';

/** What a call of grpc-js goes through: bytes as they are. */
export const asIs = (bytes: Buffer): Buffer => bytes;

const service = '/crm.v1.Contacts';

/** The path of a method of the test service. */
export const pathOf = (method: string): string => `${service}/${method}`;

/** Handlers of the test service, one of each form. */
export interface Handlers {
  readonly Get?: handleUnaryCall<Buffer, Buffer>;
  readonly Watch?: handleServerStreamingCall<Buffer, Buffer>;
  readonly Import?: handleClientStreamingCall<Buffer, Buffer>;
  readonly Sync?: handleBidiStreamingCall<Buffer, Buffer>;
}

const forms = {
  Get: [false, false],
  Watch: [false, true],
  Import: [true, false],
  Sync: [true, true],
} as const;

/** A gRPC server behind the interceptor, a client beside it, and the verifier between. */
export class GrpcPlace {
  readonly bench: Bench;
  readonly client: Client;
  readonly #server: Server;

  static async open(
    handlers: Handlers,
    methods: ProtectedMethods = { scopes: allNeed('contacts:read') },
    options: Omit<VerifierOptions, 'feed'> = {},
  ): Promise<GrpcPlace> {
    const bench = await openBench(options);
    const server = new Server({
      interceptors: [creanceServerInterceptor(bench.verifier, methods)],
    });
    for (const [name, [requestStream, responseStream]] of Object.entries(forms)) {
      const handler = handlers[name as keyof Handlers];
      if (handler === undefined) continue;
      const codec = { requestSerialize: asIs, requestDeserialize: asIs };
      const rest = { responseSerialize: asIs, responseDeserialize: asIs };
      const form = { path: pathOf(name), requestStream, responseStream, ...codec, ...rest };
      server.addService({ [name]: form }, { [name]: handler });
    }
    const port = await new Promise<number>((resolve, reject) => {
      const insecure = ServerCredentials.createInsecure();
      server.bindAsync('127.0.0.1:0', insecure, (fault, bound) =>
        fault ? reject(fault) : resolve(bound),
      );
    });
    return new GrpcPlace(
      bench,
      server,
      new Client(`127.0.0.1:${port}`, credentials.createInsecure()),
    );
  }

  private constructor(bench: Bench, server: Server, client: Client) {
    this.bench = bench;
    this.#server = server;
    this.client = client;
  }

  /** Metadata with a token and a proof for a method. */
  metadata(
    method: string,
    { token = this.bench.issuer.token(), proof = {} }: { token?: string; proof?: object } = {},
  ): Metadata {
    const { issuer } = this.bench;
    const metadata = new Metadata();
    metadata.set('authorization', `DPoP ${token}`);
    const claims = { htm: 'POST', htu: issuer.audience + pathOf(method), ...proof };
    metadata.set('dpop', issuer.proof(token, claims));
    return metadata;
  }

  /** Calls a unary method; the reply as text, or the fault. */
  get(metadata: Metadata = this.metadata('Get'), method = 'Get'): Promise<string | ServiceError> {
    return new Promise((resolve) => {
      const take = (fault: ServiceError | null, reply?: Buffer) => resolve(fault ?? String(reply));
      const path = pathOf(method);
      this.client.makeUnaryRequest(path, asIs, asIs, Buffer.from('ask'), metadata, take);
    });
  }

  close(): void {
    this.client.close();
    this.#server.forceShutdown();
  }
}

/** The same scopes for every method. */
export function allNeed(...scopes: string[]): Record<string, string[]> {
  return Object.fromEntries(Object.keys(forms).map((name) => [pathOf(name), scopes]));
}

/** What a refusal says in its google.rpc.ErrorInfo. */
export function errorInfoOf(fault: string | Partial<ServiceError>): ErrorInfo | undefined {
  if (typeof fault === 'string') return undefined;
  const [bytes] = fault.metadata?.get('grpc-status-details-bin') ?? [];
  if (bytes === undefined) return undefined;
  const { details } = RpcStatus.decode(bytes as Buffer);
  const packed = details.find(({ typeUrl }) => typeUrl.endsWith('/google.rpc.ErrorInfo'));
  return packed && ErrorInfo.decode(packed.value);
}
