import { once } from 'node:events';
import { StreamRequest, StreamResponse } from '@creance/proto/wire';
import type { ClientDuplexStream, ServiceError } from '@grpc/grpc-js';
import type { RawSession } from './raw-session.js';

type Kind = NonNullable<StreamRequest['kind']>;
type Answer = NonNullable<StreamResponse['kind']>;

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (fault: Error) => void;
}

/** The stream of a raw session: asks and answers by their ids, challenges answered. */
export class RawStream {
  readonly #session: RawSession;
  readonly #call: ClientDuplexStream<Buffer, Buffer>;
  readonly #waiting = new Map<bigint, Waiting>();
  #nextId = 1n;

  private constructor(session: RawSession) {
    this.#session = session;
    this.#call = session.stream();
    this.#call.on('data', (bytes: Buffer) => this.#hear(StreamResponse.decode(bytes)));
    this.#call.on('error', (error: ServiceError) => {
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#waiting.clear();
    });
  }

  /** Resolves when the broker has greeted. The session must have the nonce that is asked for now. */
  static async open(session: RawSession): Promise<RawStream> {
    const stream = new RawStream(session);
    await once(stream.#call, 'data');
    return stream;
  }

  /** Asks, and waits for the answer; a refusal is a fault here. */
  ask(kind: Kind): Promise<Answer> {
    const id = this.#nextId;
    this.#nextId += 1n;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#say(id, kind);
    });
  }

  close(): void {
    this.#call.cancel();
  }

  #hear({ id, kind }: StreamResponse): void {
    if (kind?.$case === 'challenge') {
      const proof = this.#session.challengeProof(kind.value.nonce);
      this.#say(0n, { $case: 'challengeAnswer', value: { proof } });
    }
    const waiting = this.#waiting.get(id);
    if (waiting === undefined || kind === undefined) return;
    this.#waiting.delete(id);
    if (kind.$case === 'refusal') waiting.reject(new Error(kind.value.message));
    else waiting.resolve(kind);
  }

  #say(id: bigint, kind: Kind): void {
    this.#call.write(Buffer.from(StreamRequest.encode({ id, kind, traceparent: '' }).finish()));
  }
}
