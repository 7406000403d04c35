import { ErrorInfo, StreamRequest, StreamResponse } from '@creance/proto/wire';
import {
  Client,
  type ClientDuplexStream,
  credentials,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js';
import type { TestEdge } from '../support/edge.js';
import { refusedOf } from '../support/refused.js';
import type { TestKey } from '../support/test-key.js';

/** The path of the stream. */
export const streamPath = '/creance.v1.SessionService/Stream';

const plain = (bytes: Buffer) => bytes;

/** A stream of a session over a connection of its own, which says what came in words. */
export class OpenStream {
  readonly #client: Client;
  readonly #call: ClientDuplexStream<Buffer, Buffer>;
  readonly #said: string[] = [];
  readonly #nonces: string[] = [];
  #wake: () => void = () => {};

  constructor(edge: TestEdge, session: string, key: TestKey) {
    this.#client = new Client(`127.0.0.1:${edge.port}`, credentials.createInsecure(), {
      'grpc.enable_channelz': 0,
      'grpc.use_local_subchannel_pool': 1,
    });
    const metadata = new Metadata();
    metadata.add('dpop', edge.proof(streamPath, new Uint8Array(), key));
    metadata.add('creance-session', session);
    this.#call = this.#client.makeBidiStreamRequest(streamPath, plain, plain, metadata);
    this.#call.on('data', (bytes: Buffer) => this.#hear(StreamResponse.decode(bytes)));
    this.#call.on('error', (error: ServiceError) => this.#say(`ended: ${refusedOf(error).reason}`));
  }

  send(id: number, kind: StreamRequest['kind']): void {
    this.#call.write(
      Buffer.from(StreamRequest.encode({ id: BigInt(id), kind, traceparent: '' }).finish()),
    );
  }

  /** The kind of the next message but for challenges, with the reason of a refusal or of the end. */
  next(): Promise<string> {
    return this.#next(this.#said);
  }

  /** The nonce of the next challenge. */
  challenge(): Promise<string> {
    return this.#next(this.#nonces);
  }

  cancel(): void {
    this.#call.cancel();
    this.#client.close();
  }

  async #next(from: string[]): Promise<string> {
    for (;;) {
      const next = from.shift();
      if (next !== undefined) return next;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #hear({ kind }: StreamResponse): void {
    if (kind?.$case === 'challenge') this.#nonces.push(kind.value.nonce);
    else if (kind?.$case === 'refusal') {
      const [first] = kind.value.details;
      this.#said.push(`refusal: ${first && ErrorInfo.decode(first.value).reason.toLowerCase()}`);
    } else this.#said.push(kind?.$case ?? 'nothing');
    this.#wake();
  }

  #say(words: string): void {
    this.#said.push(words);
    this.#wake();
  }
}
