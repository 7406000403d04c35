import { RpcStatus, type StreamOpened, StreamRequest, StreamResponse } from '@creance/proto/wire';
import { context, trace } from '@opentelemetry/api';
import type { CreanceError } from '../errors/creance-error.js';
import { type StreamFault, streamFault } from '../errors/stream.js';
import { limits } from '../limits.js';
import type { Clock, Timer } from '../runtime/clock.js';
import { traceOf } from '../telemetry/carry.js';
import type { BrokerStream } from '../transport/contract.js';
import type { Outcome } from './retry.js';
import { StreamChallenges } from './stream-challenges.js';

type AnyRequest = NonNullable<StreamRequest['kind']>;
type AnyAnswer = NonNullable<StreamResponse['kind']>;

/** A request that may go over a stream. */
export interface StreamAsk<T> {
  readonly kind: Exclude<AnyRequest, { readonly $case: 'challengeAnswer' }>;
  /** Reads the answer; undefined when it is of another kind. Throws when it has no sense. */
  readonly read: (answer: AnyAnswer) => T | undefined;
  /** Whether the process stays alive for the answer; false when nobody awaits it. Default true. */
  readonly keepsAlive?: boolean;
}

/** What one stream needs. */
export interface TalkParts {
  readonly clock: Clock;
  /** A proof for the stream with this nonce. */
  readonly prove: (nonce: string) => string;
  readonly onOpened: () => void;
  /** The session is held, or no longer. */
  readonly onHeld: (isHeld: boolean) => void;
  /** The stream was given up; called once, and not after `close`. */
  readonly onFault: (error: CreanceError) => void;
}

interface Waiting {
  readonly timer: Timer;
  readonly settle: (answer: AnyAnswer | undefined) => void;
}

/**
 * What is said on one open stream. Answers find their request by its id, whatever their order. A broker
 * that does not greet, keeps a request waiting, or says what no honest broker says loses the stream, and
 * every request that waits on it goes its own way.
 */
export class StreamTalk {
  readonly #parts: TalkParts;
  readonly #stream: BrokerStream;
  readonly #challenges: StreamChallenges;
  readonly #waiting = new Map<bigint, Waiting>();
  readonly #greeting: Timer;
  #lastId = 0n;
  #isOpened = false;
  #isOver = false;

  constructor(parts: TalkParts, stream: BrokerStream) {
    this.#parts = parts;
    this.#stream = stream;
    const fail = (fault: StreamFault) => this.#fail(fault);
    this.#challenges = new StreamChallenges({
      clock: parts.clock,
      answer: (nonce) => this.#say(0n, challengeAnswer(parts.prove(nonce))),
      fail,
    });
    this.#greeting = parts.clock.after(limits.streamOpenMillis, () => fail('stream_silent'));
    this.#greeting.unref();
  }

  /** Whether requests may go over it. */
  get isOpen(): boolean {
    return this.#isOpened && !this.#isOver && this.#waiting.size < limits.streamRequests;
  }

  /** Asks and waits so long; undefined when there is no answer. Never rejects but for an answer without sense. */
  async request<T>(ask: StreamAsk<T>, waitMillis: number): Promise<Outcome<T> | undefined> {
    if (!this.isOpen) return undefined;
    const answer = await this.#answerTo(ask, waitMillis);
    if (answer === undefined) return undefined;
    if (answer.$case === 'refusal') return refused(answer.value);
    const response = ask.read(answer);
    if (response !== undefined) return { ok: true, response };
    this.#fail('stream_malformed');
    return undefined;
  }

  /** Takes one message exactly as it came. */
  take(bytes: Uint8Array): void {
    if (this.#isOver) return;
    const message = decode(bytes);
    if (message?.kind === undefined) this.#fail('stream_malformed');
    // An answer to nobody came too late, or is none of ours: it changes nothing.
    else if (message.id !== 0n) this.#waiting.get(message.id)?.settle(message.kind);
    else this.#told(message.kind);
  }

  /** Ends it from this side, or after the broker has. Requests that wait go their own way. */
  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#greeting.cancel();
    this.#challenges.stop();
    this.#stream.close();
    for (const { settle } of [...this.#waiting.values()]) settle(undefined);
  }

  /** Takes what the broker says by itself; the greeting comes first, and once. */
  #told(kind: AnyAnswer): void {
    if ((kind.$case === 'opened') === this.#isOpened) this.#fail('stream_malformed');
    else if (kind.$case === 'opened') this.#greeted(kind.value);
    else if (kind.$case === 'challenge') this.#challenges.take(kind.value.nonce);
    else if (kind.$case === 'suspended') this.#parts.onHeld(true);
    else if (kind.$case === 'resumed') this.#parts.onHeld(false);
    else this.#fail('stream_malformed');
  }

  #greeted(opened: StreamOpened): void {
    this.#isOpened = true;
    this.#greeting.cancel();
    this.#challenges.begin(opened);
    this.#parts.onOpened();
  }

  #answerTo<T>(ask: StreamAsk<T>, waitMillis: number): Promise<AnyAnswer | undefined> {
    this.#lastId += 1n;
    const id = this.#lastId;
    return new Promise((resolve) => {
      const settle = (answer: AnyAnswer | undefined) => {
        timer.cancel();
        this.#waiting.delete(id);
        resolve(answer);
      };
      const timer = this.#parts.clock.after(waitMillis, () => this.#fail('stream_silent'));
      // As a rule somebody awaits the outcome, and the stream itself keeps no process alive.
      if (ask.keepsAlive === false) timer.unref();
      this.#waiting.set(id, { timer, settle });
      this.#say(id, ask.kind);
    });
  }

  #say(id: bigint, kind: AnyRequest): void {
    // The span around the call that this message is instead of; empty where nobody traces.
    const traced = trace.getActiveSpan() === undefined ? {} : traceOf(context.active());
    const { traceparent = '' } = traced;
    this.#stream.send(StreamRequest.encode({ id, kind, traceparent }).finish());
  }

  #fail(fault: StreamFault): void {
    if (this.#isOver) return;
    this.close();
    this.#parts.onFault(streamFault(fault));
  }
}

function challengeAnswer(proof: string): AnyRequest {
  return { $case: 'challengeAnswer', value: { proof } };
}

function refused(status: RpcStatus): Outcome<never> {
  const details = RpcStatus.encode(status).finish();
  return { ok: false, status: status.code, details, nonce: undefined, networkCode: undefined };
}

function decode(bytes: Uint8Array): StreamResponse | undefined {
  try {
    return StreamResponse.decode(bytes);
  } catch {
    return undefined;
  }
}
