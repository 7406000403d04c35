import {
  formatJoinString,
  parseProof,
  type Reason,
  type Thumbprint,
  type UnverifiedAssertion,
  type UnverifiedProof,
} from '@creance/proto';
import {
  AcknowledgeRequest,
  OpenSessionRequest,
  OpenSessionResponse,
  RenewSessionResponse,
  SessionKind,
  SubscribeRequest,
  SubscribeResponse,
} from '@creance/proto/wire';
import {
  type Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
} from '@grpc/grpc-js';
import type { WireSignedFrame } from '../feed.js';
import { systemClock } from '../runtime/clock.js';
import { newHandle, TestIssuer } from '../support/test-issuer.js';
import type { EcKey } from './ec-key.js';
import { assertionOf, isSigned, thumbprintOf } from './fake-evidence.js';
import { refusal } from './fake-refusal.js';
import { FakeReports } from './fake-reports.js';

type Stream = ServerWritableStream<Buffer, Buffer>;

/** One call as it came. */
export interface SeenCall {
  readonly method: string;
  readonly proof: UnverifiedProof | undefined;
  readonly session: string | undefined;
  /** Whether the proof is signed by its own key. */
  readonly isGenuine: boolean;
  readonly request: Buffer;
  readonly afterRevision?: number;
  readonly assertion?: UnverifiedAssertion | undefined;
}

const asIs = (bytes: Buffer): Buffer => bytes;
const definition = (service: string, method: string, responseStream: boolean) => ({
  path: `/creance.v1.${service}/${method}`,
  requestStream: false,
  responseStream,
  requestSerialize: asIs,
  requestDeserialize: asIs,
  responseSerialize: asIs,
  responseDeserialize: asIs,
});
const sessionMethods = ['OpenSession', 'RenewSession', 'EndSession'] as const;

/** A broker that speaks creance.v1 over a real socket, does what a test asks, and writes down all. */
export class FakeBroker {
  readonly issuer: TestIssuer = new TestIssuer(systemClock);
  readonly calls: SeenCall[] = [];
  readonly streams: Stream[] = [];
  readonly acknowledged: number[] = [];
  readonly reports: FakeReports = new FakeReports();
  /** Reasons with which the next calls of a method are refused. */
  readonly refusals: Partial<Record<string, Reason[]>> = {};
  /** Keys that a join token has registered. */
  readonly registered: Set<Thumbprint> = new Set();
  kind: SessionKind = SessionKind.SESSION_KIND_VERIFIER;
  name = 'crm';
  idleSeconds = 600;
  nonce = 'nonce-1';
  /** The anchor that openings are under. */
  anchor: EcKey = this.issuer.anchor;
  /** Says nothing to subscribers. */
  isMute = false;
  #server = new Server();
  #port = 0;

  /** Listens on loopback, on the port it had before if it had one. */
  async listen(): Promise<void> {
    const server = new Server();
    const unary = (service: string, method: string, answer: (seen: SeenCall) => Uint8Array) =>
      server.addService(
        { [method]: definition(service, method, false) },
        {
          [method]: (call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>) =>
            this.#answer(method, call, done, answer),
        },
      );
    for (const method of sessionMethods) {
      unary('SessionService', method, (seen) => this.#answerSession(seen));
    }
    unary('VerifierService', 'Acknowledge', ({ request }) => {
      this.acknowledged.push(Number(AcknowledgeRequest.decode(request).revision));
      return new Uint8Array();
    });
    unary('ActionService', 'ReportActions', ({ request }) => this.reports.answer(request));
    server.addService(
      { Subscribe: definition('VerifierService', 'Subscribe', true) },
      { Subscribe: (stream: Stream) => this.#subscribe(stream) },
    );
    this.#server = server;
    const credentials = ServerCredentials.createInsecure();
    this.#port = await new Promise((resolve, reject) => {
      server.bindAsync(`127.0.0.1:${this.#port}`, credentials, (fault, port) =>
        fault ? reject(fault) : resolve(port),
      );
    });
  }

  /** Goes away at once. */
  stop(): void {
    this.streams.length = 0;
    this.#server.forceShutdown();
  }

  get address(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get joinString(): string {
    const { issuer, anchor } = this.issuer;
    const joinToken = 'j'.repeat(32);
    return formatJoinString({
      issuer,
      address: this.address,
      anchor: anchor.thumbprint,
      joinToken,
    });
  }

  /** Calls of a method, in order. */
  of(method: string): SeenCall[] {
    return this.calls.filter((call) => call.method === method);
  }

  /** Says something to every subscriber. */
  tell(kind: SubscribeResponse['kind']): void {
    for (const stream of this.streams) send(stream, kind);
  }

  /** Sends a frame to every subscriber. */
  broadcast(value: WireSignedFrame): void {
    this.tell({ $case: 'frame', value: asBuffers(value) });
  }

  /** Asks every subscriber to come back. */
  resync(): void {
    this.tell({ $case: 'resync', value: { afterRevision: 0n } });
  }

  #answer(
    method: string,
    call: ServerUnaryCall<Buffer, Buffer>,
    done: sendUnaryData<Buffer>,
    answer: (seen: SeenCall) => Uint8Array,
  ): void {
    const seen = this.#see(method, call.metadata, call.request);
    const reason = this.refusals[method]?.shift() ?? this.#refusalOf(seen);
    if (reason !== undefined) done(refusal(reason, this.nonce));
    else done(null, Buffer.from(answer(seen)));
  }

  #see(method: string, metadata: Metadata, request: Buffer): SeenCall {
    const [text] = metadata.get('dpop');
    const parsed = parseProof(String(text));
    const proof = parsed.ok ? parsed.value : undefined;
    const session = metadata.get('creance-session')[0]?.toString();
    const assertion = method === 'OpenSession' ? assertionOf(request) : undefined;
    const isGenuine = proof !== undefined && isSigned(proof);
    const seen = { method, proof, session, isGenuine, request, assertion };
    this.calls.push(seen);
    return seen;
  }

  /** As the real one: a nonce for OpenSession always, and registered keys only. */
  #refusalOf({ method, proof, assertion, request }: SeenCall): Reason | undefined {
    if (method !== 'OpenSession') return undefined;
    if (proof?.nonce !== this.nonce || assertion?.nonce !== this.nonce) return 'nonce_required';
    const key = thumbprintOf(assertion.jwk);
    const kind = OpenSessionRequest.decode(request).evidence?.kind?.$case;
    if (kind === 'joinToken') this.registered.add(key);
    return this.registered.has(key) ? undefined : 'evidence_key_unknown';
  }

  #answerSession({ method }: SeenCall): Uint8Array {
    const { idleSeconds, kind, name } = this;
    if (method === 'RenewSession') {
      return RenewSessionResponse.encode({ idleSeconds, absoluteEndUnixSeconds: 0n }).finish();
    }
    if (method === 'EndSession') return new Uint8Array();
    return OpenSessionResponse.encode({
      sessionId: Buffer.from(newHandle(), 'base64url'),
      kind,
      name,
      absoluteEndUnixSeconds: 0n,
      idleSeconds,
      evidenceKeyEndUnixSeconds: 0n,
      roles: [],
    }).finish();
  }

  #subscribe(stream: Stream): void {
    const { afterRevision, nonce } = SubscribeRequest.decode(stream.request);
    const seen = this.#see('Subscribe', stream.metadata, stream.request);
    this.calls[this.calls.length - 1] = { ...seen, afterRevision: Number(afterRevision) };
    const reason = this.refusals['Subscribe']?.shift();
    if (reason !== undefined) {
      stream.emit('error', refusal(reason, this.nonce));
      return;
    }
    stream.on('cancelled', () => this.streams.splice(this.streams.indexOf(stream), 1));
    this.streams.push(stream);
    if (this.isMute) return;
    const opening = this.issuer.opening(nonce, {}, this.anchor);
    send(stream, { $case: 'opening', value: asBuffers(opening) });
    const frame = afterRevision === 0n ? this.issuer.snapshot() : this.issuer.heartbeat();
    send(stream, { $case: 'frame', value: asBuffers(frame) });
  }
}

function send(stream: Stream, kind: SubscribeResponse['kind']): void {
  stream.write(Buffer.from(SubscribeResponse.encode({ kind }).finish()));
}

function asBuffers<T extends object>(message: T): { [K in keyof T]: Buffered<T[K]> } {
  const entries = Object.entries(message).map(([name, value]) => [
    name,
    value instanceof Uint8Array ? Buffer.from(value) : value,
  ]);
  return Object.fromEntries(entries) as { [K in keyof T]: Buffered<T[K]> };
}

type Buffered<T> = T extends Uint8Array ? Buffer : T;
