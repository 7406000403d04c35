import type { Result, SessionId } from '@creance/proto';
import { type ClientReadableStream, Metadata } from '@grpc/grpc-js';
import type { Clock } from '../runtime/clock.js';
import type { Entropy } from '../runtime/entropy.js';
import type { BrokerAddress } from './address.js';
import type { EcKey } from './ec-key.js';
import type { Line } from './line.js';
import { ProofMaker } from './proof-maker.js';
import type { BrokerRefusal } from './refusal.js';

/** Milliseconds for which a nonce of the broker is used again. It takes them for 60 s at least. */
const nonceMillis = 50_000;

/** How one session key speaks to the broker: a proof for every call, by id once there is a session. */
export class Voice {
  /** Set once the session is open. */
  sessionId: SessionId | undefined;
  readonly #line: Line;
  readonly #address: BrokerAddress;
  readonly #clock: Clock;
  readonly #proofs: ProofMaker;
  #nonce: { readonly text: string; readonly atMillis: number } | undefined;

  constructor(
    line: Line,
    parts: {
      readonly address: BrokerAddress;
      readonly key: EcKey;
      readonly clock: Clock;
      readonly entropy: Entropy;
    },
  ) {
    this.#line = line;
    this.#address = parts.address;
    this.#clock = parts.clock;
    this.#proofs = new ProofMaker(parts.key, parts.clock, parts.entropy);
    line.onNonce = (text) => {
      this.#nonce = { text, atMillis: this.#clock.monotonicMillis() };
    };
  }

  /** Makes a call whose request may hold the nonce itself. Asked for a nonce, it tries once more. */
  async call(
    path: string,
    requestFor: (nonce: string | undefined) => Buffer,
    digest: 'digest' | 'no-digest' = 'no-digest',
  ): Promise<Result<Buffer, BrokerRefusal>> {
    const first = await this.#try(path, requestFor, digest);
    if (first.ok || first.error.reason !== 'nonce_required') return first;
    return this.#try(path, requestFor, digest);
  }

  /** Starts a stream from the broker. */
  stream(path: string, request: Buffer): ClientReadableStream<Buffer> {
    return this.#line.stream(path, request, this.#metadata(path, this.#freshNonce(), undefined));
  }

  #try(
    path: string,
    requestFor: (nonce: string | undefined) => Buffer,
    digest: 'digest' | 'no-digest',
  ): Promise<Result<Buffer, BrokerRefusal>> {
    const nonce = this.#freshNonce();
    const request = requestFor(nonce);
    const digestOf = digest === 'digest' ? request : undefined;
    return this.#line.unary(path, request, this.#metadata(path, nonce, digestOf));
  }

  #metadata(path: string, nonce: string | undefined, digestOf: Uint8Array | undefined): Metadata {
    const metadata = new Metadata();
    const target = this.#address.origin + path;
    metadata.set('dpop', this.#proofs.make({ target, nonce, digestOf }));
    if (this.sessionId !== undefined) metadata.set('creance-session', this.sessionId);
    return metadata;
  }

  #freshNonce(): string | undefined {
    const age = this.#clock.monotonicMillis() - (this.#nonce?.atMillis ?? 0);
    return age < nonceMillis ? this.#nonce?.text : undefined;
  }
}
