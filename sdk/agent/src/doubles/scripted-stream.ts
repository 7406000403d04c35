import { parseProof } from '@creance/proto';
import { RpcStatus, StreamRequest, StreamResponse } from '@creance/proto/wire';
import type {
  BrokerReply,
  BrokerStream,
  FailedReply,
  StreamListener,
} from '../transport/contract.js';

type Ask = NonNullable<StreamRequest['kind']>;
type Answer = NonNullable<StreamResponse['kind']>;

/** Answers a request of a stream; undefined says nothing. */
export type StreamReply = (ask: Ask) => Answer | undefined;

/** For tests: one open stream at the scripted broker, which answers as the broker does, or as a test tells it. */
export class ScriptedStream implements BrokerStream {
  readonly sessionId: string;
  /** Thumbprint of the key that opened it. */
  readonly key: string;
  /** Everything that came in, decoded. */
  readonly heard: StreamRequest[] = [];
  /** Takes the place of the broker's own answer when set. */
  reply: StreamReply | undefined;
  isOver = false;
  /** The broker's own answer. */
  readonly brokerAnswer: StreamReply;
  readonly #listener: StreamListener;

  constructor(
    own: { readonly sessionId: string; readonly key: string },
    listener: StreamListener,
    brokerAnswer: StreamReply,
  ) {
    this.sessionId = own.sessionId;
    this.key = own.key;
    this.#listener = listener;
    this.brokerAnswer = brokerAnswer;
  }

  /** Says something by itself, or answers the request of this id. */
  say(kind: Answer, id = 0n): void {
    this.sayBytes(StreamResponse.encode({ id, kind }).finish());
  }

  /** Says these bytes, whatever they mean. */
  sayBytes(bytes: Uint8Array): void {
    queueMicrotask(() => {
      if (!this.isOver) this.#listener.onMessage(bytes);
    });
  }

  /** Greets; without seconds it promises no challenge. */
  greet(challengeSeconds = 0): void {
    const value = { challengeSeconds, answerSeconds: challengeSeconds / 6 };
    this.say({ $case: 'opened', value });
  }

  /** Ends it from the broker's side, after all that was said. */
  end(reply: FailedReply): void {
    queueMicrotask(() => {
      if (this.isOver) return;
      this.isOver = true;
      this.#listener.onEnd(reply);
    });
  }

  /** Answers to challenges, by their nonces. */
  get answeredNonces(): readonly (string | undefined)[] {
    return this.heard.flatMap(({ kind }) => {
      if (kind?.$case !== 'challengeAnswer') return [];
      const proof = parseProof(kind.value.proof);
      return proof.ok ? [proof.value.nonce] : ['malformed'];
    });
  }

  send(bytes: Uint8Array): void {
    const request = StreamRequest.decode(bytes);
    this.heard.push(request);
    const { id, kind } = request;
    if (kind === undefined || this.isOver) return;
    const answer = (this.reply ?? this.brokerAnswer)(kind);
    if (answer !== undefined) this.say(answer, id);
  }

  close(): void {
    this.isOver = true;
  }
}

/** The answer that says the same as the reply of a unary call. */
export function answerOf(reply: BrokerReply, good: (response: Uint8Array) => Answer): Answer {
  if (reply.ok) return good(reply.response);
  const value = RpcStatus.decode(reply.details ?? new Uint8Array());
  return { $case: 'refusal', value: { ...value, code: reply.status } };
}
