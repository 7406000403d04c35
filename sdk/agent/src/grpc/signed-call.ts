import {
  type InterceptingListener,
  type InterceptorOptions,
  Metadata,
  type NextCall,
  type StatusObject,
  status,
} from '@grpc/grpc-js';
import type { ActionOutcome } from '../actions/action.js';
import type { CreanceError } from '../errors/creance-error.js';
import { requestRefused } from '../errors/local.js';
import type { Challenge } from '../http/challenge.js';
import { reservedHeaders } from '../http/request.js';
import type { SignedHeaders } from '../http/signed-headers.js';
import { systemClock, type Timer } from '../runtime/clock.js';
import type { ActionSpan } from '../telemetry/action-span.js';
import type { Carrier } from '../telemetry/carry.js';
import { convention } from '../telemetry/names.js';
import { textOf } from '../transport/reply.js';
import { challengeOfStatus, outcomeOf } from './refused.js';
import { statusOf } from './status.js';

type Call = ReturnType<NextCall>;
type MessageContext = Parameters<Call['sendMessageWithContext']>[0];
type Listener = Parameters<Call['start']>[1];

/** Signs the sendings of one call. */
export interface CallSigning {
  sign(): Promise<SignedHeaders>;
  /** The resource has refused the token. */
  refuse(): void;
  /** The resource has sent a nonce. */
  remember(nonce: string | undefined): void;
  /** The resource has answered for good. Counts once. */
  answered(outcome: ActionOutcome): void;
  /** Asks the broker why the session is of no use; undefined when it lives, or nobody can say. */
  fault(): Promise<CreanceError | undefined>;
  readonly span: ActionSpan | undefined;
}

/** What a signed call needs. */
export interface SignedCallParts {
  readonly options: InterceptorOptions;
  readonly next: NextCall;
  /** Throws for a request that could give the token away. */
  readonly signing: () => CallSigning;
  /** Aborts when the session is over. */
  readonly signal: AbortSignal;
}

/** Longer timers fire at once (Node, `setTimeout`): a deadline beyond it is none. */
const timerMillisMax = 2 ** 31 - 1;

/**
 * One gRPC call with a token and a proof. What the caller does before the token is there waits for it. A
 * call with one request message, of which nothing has come back, is sent once more when the resource asks
 * for a nonce, and once more when it refuses the token: it was refused before anything happened.
 */
export class SignedCall implements Call {
  readonly #parts: SignedCallParts;
  readonly #answered = new Set<Challenge>();
  /** What the caller has done so far, for the next sending; undefined once there can be none. */
  #done: ((call: Call) => void)[] | undefined = [];
  /** Replies of a unary call, which wait for its status: a refusal takes their place. */
  #held: (() => void)[] = [];
  #signing: CallSigning | undefined;
  #metadata = new Metadata();
  #listener: Listener;
  #call: Call | undefined;
  #deadline: Timer | undefined;
  #isOver = false;
  readonly #onSessionEnd = (): void => {
    const { code, details } = statusOf(this.#parts.signal.reason);
    this.cancelWithStatus(code, details);
  };

  constructor(parts: SignedCallParts) {
    this.#parts = parts;
  }

  start(metadata: Metadata, listener?: Listener): void {
    const { signal, options } = this.#parts;
    this.#metadata = metadata;
    this.#listener = listener;
    signal.addEventListener('abort', this.#onSessionEnd, { once: true });
    const leftMillis = Number(options.deadline ?? Number.POSITIVE_INFINITY) - systemClock.now();
    if (leftMillis <= timerMillisMax) {
      const late = () => this.cancelWithStatus(status.DEADLINE_EXCEEDED, 'deadline exceeded');
      this.#deadline = systemClock.after(Math.max(0, leftMillis), late);
    }
    void this.#send();
  }

  sendMessageWithContext(context: MessageContext, message: unknown): void {
    this.#do((call) => call.sendMessageWithContext(context, message));
  }

  sendMessage(message: unknown): void {
    this.sendMessageWithContext({}, message);
  }

  startRead(): void {
    this.#do((call) => call.startRead());
  }

  halfClose(): void {
    this.#do((call) => call.halfClose());
  }

  cancelWithStatus(code: status, details: string): void {
    if (this.#call !== undefined) this.#call.cancelWithStatus(code, details);
    else this.#end({ code, details, metadata: new Metadata() });
  }

  getPeer(): string {
    return this.#call?.getPeer() ?? 'unknown';
  }

  getAuthContext(): ReturnType<Call['getAuthContext']> {
    return this.#call?.getAuthContext() ?? null;
  }

  async #send(): Promise<void> {
    try {
      const metadata = await this.#signed();
      if (!this.#isOver) this.#begin(metadata);
    } catch (error) {
      this.#end(statusOf(error));
    }
  }

  async #signed(): Promise<Metadata> {
    const metadata = this.#metadata.clone();
    const isTaken = reservedHeaders.some((name) => metadata.get(name).length > 0);
    if (isTaken) throw requestRefused('header_reserved');
    this.#signing ??= this.#parts.signing();
    const signed = Object.entries(await this.#signing.sign());
    for (const [name, value] of signed) metadata.set(name, value);
    this.#signing.span?.carryBy(carrierOf(metadata));
    return metadata;
  }

  #begin(metadata: Metadata): void {
    const { options, next } = this.#parts;
    const call = next(options);
    this.#call = call;
    call.start(metadata, this.#ears());
    for (const act of this.#done ?? []) act(call);
    // Of many request messages only the first could be repeated.
    if (options.method_definition.requestStream) this.#done = undefined;
  }

  #do(act: (call: Call) => void): void {
    if (this.#isOver) return;
    this.#done?.push(act);
    if (this.#call !== undefined) act(this.#call);
  }

  #ears(): InterceptingListener {
    const { responseStream } = this.#parts.options.method_definition;
    const hear = (tell: () => void) => {
      if (!responseStream) return void this.#held.push(tell);
      this.#done = undefined;
      // A stream may run for hours: that it has begun is its outcome.
      this.#signing?.answered('allowed');
      tell();
    };
    return {
      onReceiveMetadata: (metadata) => {
        this.#signing?.remember(textOf(metadata, 'dpop-nonce'));
        hear(() => this.#listener?.onReceiveMetadata?.(metadata));
      },
      onReceiveMessage: (message: unknown) =>
        hear(() => this.#listener?.onReceiveMessage?.(message)),
      onReceiveStatus: (ended) => this.#ended(ended),
    };
  }

  #ended(ended: StatusObject): void {
    this.#signing?.remember(textOf(ended.metadata, 'dpop-nonce'));
    const challenge = challengeOfStatus(ended);
    const isFinal = this.#done === undefined || challenge === undefined;
    if (isFinal || this.#answered.has(challenge)) void this.#finally(ended, challenge);
    else this.#again(challenge);
  }

  async #finally(ended: StatusObject, challenge: Challenge | undefined): Promise<void> {
    const outcome = outcomeOf(ended);
    if (outcome !== undefined) this.#signing?.answered(outcome);
    // A resource may hear of a cut before the agent does, and ends a running stream by its token.
    const fault = challenge === 'token' ? await this.#signing?.fault() : undefined;
    this.#end(fault === undefined ? ended : statusOf(fault));
  }

  /** Each challenge once in a call: a resource that is never content gets no endless stream of tokens. */
  #again(challenge: Challenge): void {
    this.#answered.add(challenge);
    if (challenge === 'token') this.#signing?.refuse();
    this.#call = undefined;
    this.#held = [];
    void this.#send();
  }

  #end(ended: StatusObject): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const name = status[ended.code];
    const errorType = ended.code === status.OK ? undefined : name;
    this.#signing?.span?.answered({ [convention.rpcStatus]: name }, errorType);
    this.#done = undefined;
    this.#deadline?.cancel();
    this.#parts.signal.removeEventListener('abort', this.#onSessionEnd);
    // As grpc-js does: never within the call that caused it.
    process.nextTick(() => {
      for (const tell of this.#held) tell();
      this.#listener?.onReceiveStatus?.(ended);
    });
  }
}

function carrierOf(metadata: Metadata): Carrier {
  return {
    has: (name) => metadata.get(name).length > 0,
    set: (name, value) => metadata.set(name, value),
  };
}
