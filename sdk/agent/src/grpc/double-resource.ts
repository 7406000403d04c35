import { createHash } from 'node:crypto';
import { errorDomain, parseProof, type UnverifiedProof } from '@creance/proto';
import { ErrorInfo, RpcStatus } from '@creance/proto/wire';
import {
  Metadata,
  type MethodDefinition,
  makeGenericClientConstructor,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
  status,
} from '@grpc/grpc-js';

type Definition = MethodDefinition<string, string>;

const text = {
  requestSerialize: (value: string) => Buffer.from(value),
  requestDeserialize: (bytes: Buffer) => String(bytes),
  responseSerialize: (value: string) => Buffer.from(value),
  responseDeserialize: (bytes: Buffer) => String(bytes),
};

const method = (name: string, requestStream: boolean, responseStream: boolean): Definition =>
  ({ path: `/crm.v1.Contacts/${name}`, requestStream, responseStream, ...text }) as Definition;

/** For tests: a service with one method of each form that matters. */
const contacts: ServiceDefinition = {
  read: method('Read', false, false),
  watch: method('Watch', false, true),
  talk: method('Talk', true, true),
} as unknown as ServiceDefinition;

/** For tests: a client of it. */
export const ContactsClient: ReturnType<typeof makeGenericClientConstructor> =
  makeGenericClientConstructor(contacts, 'Contacts');

/** A call as the resource saw it. */
export interface SeenGrpcCall {
  readonly path: string;
  readonly token: string;
  readonly proof: UnverifiedProof;
  readonly message: string | undefined;
  /** Entries of `creance-action`. */
  readonly actionIds: readonly string[];
  /** Entries of `traceparent`. */
  readonly traceParents: readonly string[];
}

/** What refuses a call. */
export interface GrpcRefusal {
  readonly code?: status;
  /** ErrorInfo reason of our domain. */
  readonly reason?: string;
  readonly nonce?: string;
  readonly challenge?: string;
}

/** For tests: a protected gRPC service on loopback that answers as it is told. */
export interface GrpcResource {
  readonly origin: string;
  readonly port: number;
  readonly seen: SeenGrpcCall[];
  /** Proofs that do not fit their call. */
  readonly faults: string[];
  /** Refuses the next calls, one each. */
  readonly refusals: GrpcRefusal[];
  /** Sent in the trailers of good replies when set. */
  nonce: string | undefined;
  /** Whether unary calls stay without an answer. */
  hangs: boolean;
  /** Server streams that the client has cancelled. */
  cancelled: number;
  /** Ends the server streams that run by a refusal. */
  endStreams(refusal: GrpcRefusal): void;
  close(): void;
}

/** Starts the service. It checks that each proof is for its call and its token, and used once. */
export async function startGrpcResource(): Promise<GrpcResource> {
  const ids = new Set<string>();
  const server = new Server();
  const running: ServerWritableStream<string, string>[] = [];
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  const resource: GrpcResource = {
    origin: `http://127.0.0.1:${port}`,
    port,
    seen: [],
    faults: [],
    refusals: [],
    nonce: undefined,
    hangs: false,
    cancelled: 0,
    endStreams: (refusal) => {
      for (const call of running.splice(0)) call.emit('error', statusOf(refusal));
    },
    close: () => server.forceShutdown(),
  };
  const look = (path: string, metadata: Metadata, message: string | undefined) => {
    const proof = parseProof(String(metadata.get('dpop')[0]));
    if (!proof.ok) throw new Error(`the SDK made a proof that is ${proof.error}`);
    const token = String(metadata.get('authorization')[0]).replace(/^DPoP /, '');
    const actionIds = metadata.get('creance-action').map(String);
    const traceParents = metadata.get('traceparent').map(String);
    resource.seen.push({ path, token, proof: proof.value, message, actionIds, traceParents });
    const fault = faultOf(proof.value, resource.origin + path, token, ids);
    if (fault !== undefined) resource.faults.push(fault);
    return resource.refusals.shift();
  };
  server.addService(contacts, {
    read: (call: ServerUnaryCall<string, string>, answer: (...parts: unknown[]) => void) => {
      const refusal = look(call.getPath(), call.metadata, call.request);
      if (refusal !== undefined) answer(statusOf(refusal));
      else if (!resource.hangs) answer(null, `read ${call.request}`, trailersOf(resource.nonce));
    },
    watch: (call: ServerWritableStream<string, string>) => {
      const refusal = look(call.getPath(), call.metadata, call.request);
      call.on('cancelled', () => {
        resource.cancelled += 1;
      });
      if (refusal !== undefined) call.emit('error', statusOf(refusal));
      else {
        running.push(call);
        call.write(`watch ${call.request}`);
      }
    },
    talk: (call: ServerDuplexStream<string, string>) => {
      const refusal = look(call.getPath(), call.metadata, undefined);
      if (refusal !== undefined) return void call.emit('error', statusOf(refusal));
      call.on('data', (message: string) => call.write(`talk ${message}`));
      call.on('end', () => call.end());
    },
  } as never);
  return resource;
}

function statusOf({ code, reason, nonce, challenge }: GrpcRefusal): object {
  const metadata = trailersOf(nonce);
  if (challenge !== undefined) metadata.set('www-authenticate', challenge);
  if (reason !== undefined) {
    const info = ErrorInfo.encode({ reason, domain: errorDomain, metadata: {} }).finish();
    const typeUrl = 'type.googleapis.com/google.rpc.ErrorInfo';
    const details = [{ typeUrl, value: Buffer.from(info) }];
    const bytes = RpcStatus.encode({ code: 16, message: 'refused', details }).finish();
    metadata.set('grpc-status-details-bin', Buffer.from(bytes));
  }
  return { code: code ?? status.UNAUTHENTICATED, details: 'refused', metadata };
}

function trailersOf(nonce: string | undefined): Metadata {
  const metadata = new Metadata();
  if (nonce !== undefined) metadata.set('dpop-nonce', nonce);
  return metadata;
}

function faultOf(
  proof: UnverifiedProof,
  target: string,
  token: string,
  ids: Set<string>,
): string | undefined {
  if (ids.has(proof.id)) return 'a proof was used twice';
  ids.add(proof.id);
  if (proof.method !== 'POST') return `htm ${proof.method}`;
  if (proof.target !== target) return `htu ${proof.target} for ${target}`;
  const hash = createHash('sha256').update(token).digest('base64url');
  return proof.tokenHash === hash ? undefined : 'ath is of another token';
}
