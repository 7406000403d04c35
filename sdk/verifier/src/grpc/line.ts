import { ok, type Result, refuse } from '@creance/proto';
import { Client, type ClientReadableStream, type Metadata } from '@grpc/grpc-js';
import type { Clock } from '../runtime/clock.js';
import { type BrokerAddress, credentialsFor } from './address.js';
import { type BrokerRefusal, nonceOf, refusalOf } from './refusal.js';

/** Milliseconds that a call may take. */
const deadlineMillis = 5_000;

/** Bytes of a message of the feed at most: a frame of 1,000 token keys is a tenth of this. */
const receiveBytesMax = 1_048_576;

/** A connection that notices within 15 s that nobody is there, and shares nothing with others. */
const channelOptions = {
  'grpc.enable_channelz': 0,
  'grpc.enable_retries': 0,
  'grpc.service_config_disable_resolution': 1,
  'grpc.use_local_subchannel_pool': 1,
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5_000,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 5_000,
  'grpc.max_receive_message_length': receiveBytesMax,
};

const asIs = (bytes: Buffer): Buffer => bytes;

/** One connection to the broker. Messages go through as bytes, since proofs cover bytes. */
export class Line {
  /** Called with every nonce that a reply brings. */
  onNonce: (nonce: string) => void = () => {};
  readonly #dial: () => Client;
  readonly #clock: Clock;
  #client: Client;
  #isClosed = false;

  constructor(address: BrokerAddress, rootCertificates: Uint8Array | undefined, clock: Clock) {
    const credentials = credentialsFor(address, rootCertificates);
    this.#dial = () => new Client(address.authority, credentials, channelOptions);
    this.#clock = clock;
    this.#client = this.#dial();
  }

  /** Leaves a connection on which nobody answers, and takes a new one. */
  redial(): void {
    this.#client.close();
    if (this.#isClosed) return;
    this.#client = this.#dial();
  }

  /** Makes a unary call. Never rejects. */
  unary(path: string, request: Buffer, metadata: Metadata): Promise<Result<Buffer, BrokerRefusal>> {
    if (this.#isClosed) return Promise.resolve(refuse({ status: 'CANCELLED', reason: undefined }));
    return new Promise((resolve) => {
      const call = this.#client.makeUnaryRequest<Buffer, Buffer>(
        path,
        asIs,
        asIs,
        request,
        metadata,
        (fault, response) => {
          deadline.cancel();
          this.#learn(fault?.metadata);
          resolve(fault || response === undefined ? refuse(refusalOf(fault)) : ok(response));
        },
      );
      const deadline = this.#clock.after(deadlineMillis, () => call.cancel());
      call.on('metadata', (initial) => this.#learn(initial));
      call.on('status', (last) => this.#learn(last.metadata));
    });
  }

  /** Starts a stream from the broker. Throws when the connection is closed. */
  stream(path: string, request: Buffer, metadata: Metadata): ClientReadableStream<Buffer> {
    const call = this.#client.makeServerStreamRequest<Buffer, Buffer>(
      path,
      asIs,
      asIs,
      request,
      metadata,
    );
    call.on('metadata', (initial) => this.#learn(initial));
    call.on('status', (last) => this.#learn(last.metadata));
    return call;
  }

  /** Closes the connection. */
  close(): void {
    this.#isClosed = true;
    this.#client.close();
  }

  #learn(metadata: Metadata | undefined): void {
    const nonce = nonceOf(metadata);
    if (nonce !== undefined) this.onNonce(nonce);
  }
}
