import { type Reason, type Result, refuse, type SessionId, type Thumbprint } from '@creance/proto';
import { StreamRequest } from '@creance/proto/wire';
import type { Denial } from '../domain/denial.js';
import type { Session } from '../domain/session.js';
import type { StreamMessageKind } from './access.js';
import type { CallNote, CallRecord } from './call-record.js';
import { brokerBusy } from './loop-guard.js';
import { attempt, type Fault, noted, type Pipeline } from './pipeline.js';
import { decodeMessage } from './reader.js';
import { rpcStatusOf, statusOf } from './status.js';
import { Challenges } from './stream-challenge.js';
import type { HubStream, StreamFault } from './stream-hub.js';
import type { StreamLine } from './stream-line.js';
import { admitMessage, type MessageParts } from './stream-message.js';
import type { RunAsk, StreamAnswer, StreamAsk } from './stream-verbs.js';

/** Judges the answer to a challenge: a proof by the session's key of now, with the nonce. */
export type JudgeAnswer = (answer: {
  readonly session: Session;
  readonly proof: string;
  /** Of the call that the stream is. */
  readonly path: string;
  readonly nonce: string;
}) => Result<void, Denial>;

/** What streams of sessions need behind them. */
export interface SessionStreamParts extends MessageParts {
  readonly judgeAnswer: JudgeAnswer;
  /** A nonce that no challenge had before. */
  readonly challengeNonce: () => string;
  readonly run: RunAsk;
}

/** The stream's own call. */
export interface StreamCall {
  readonly session: SessionId;
  readonly key: Thumbprint;
  readonly record: CallRecord;
  readonly line: StreamLine;
  /** Called once, when nothing is said any more. */
  readonly onOver: (stream: HubStream) => void;
}

/** One request of the session. */
interface Asked {
  readonly id: bigint;
  readonly kind: StreamMessageKind;
  readonly arrival: CallNote['arrival'];
}

const malformed: Denial = { reason: 'request_malformed' };

/**
 * One stream of one session: requests in, answers out, each by its id. Every message goes by its own row
 * of the table, the rates of a call, and the session as the store knows it at that moment.
 */
export class SessionStream implements HubStream {
  readonly session: SessionId;
  readonly key: Thumbprint;
  readonly #pipeline: Pipeline;
  readonly #parts: SessionStreamParts;
  readonly #call: StreamCall;
  readonly #challenges: Challenges;
  #lastId = 0n;
  #waiting = 0;
  #isHeld = false;
  /** How it ends once it has answered what it was asked. */
  #closing: { readonly reason: Reason | undefined } | undefined;
  #isOver = false;

  /** Greets the session. */
  constructor(pipeline: Pipeline, parts: SessionStreamParts, call: StreamCall) {
    this.session = call.session;
    this.key = call.key;
    this.#pipeline = pipeline;
    this.#parts = parts;
    this.#call = call;
    this.#challenges = new Challenges({
      limits: pipeline.limits,
      nonce: parts.challengeNonce,
      send: (nonce) => this.#say({ $case: 'challenge', value: { nonce } }),
      judge: (answer) => this.#judge(answer),
      fail: (denial) => this.fail(denial),
    });
    const challengeSeconds = Math.ceil(pipeline.limits.challengeSeconds);
    const answerSeconds = Math.ceil(pipeline.limits.challengeAnswerSeconds);
    this.#say({ $case: 'opened', value: { challengeSeconds, answerSeconds } });
  }

  /** Takes one message exactly as it came. One that no honest session sends ends the stream. */
  take(bytes: Uint8Array): void {
    if (this.#isOver) return;
    const decoded = decodeMessage(StreamRequest, bytes);
    const fault = decoded.ok ? this.#heard(decoded.value) : decoded.error;
    if (fault !== undefined) this.fail(fault);
  }

  onState(fault: StreamFault | undefined): void {
    if (this.#isOver) return;
    const isHeld = fault === 'session_suspended';
    if (fault !== undefined && !isHeld) this.#end(fault);
    else if (isHeld !== this.#isHeld) {
      this.#isHeld = isHeld;
      this.#say({ $case: isHeld ? 'suspended' : 'resumed', value: {} });
    }
  }

  close(reason?: Reason): void {
    this.#closing ??= { reason };
    if (this.#waiting === 0) this.#end(this.#closing.reason);
  }

  /** Ends the stream for what its session did wrong, or for a fault of ours. */
  fail(denial: Denial | Fault): void {
    if (!this.#isOver) this.#end(noted(this.#pipeline, this.#call.record, denial));
  }

  /** The call is gone. */
  gone(): void {
    this.#end(undefined);
  }

  /** Gives what no honest session does. */
  #heard({ id, kind, traceparent }: StreamRequest): Denial | undefined {
    if (kind?.$case === 'challengeAnswer')
      return id === 0n ? this.#challenges.answer(kind.value.proof) : malformed;
    if (kind === undefined || id <= this.#lastId) return malformed;
    this.#lastId = id;
    const arrival = this.#pipeline.report.arrived((name) =>
      name === 'traceparent' ? traceparent : undefined,
    );
    this.#ask({ id, kind: kind.$case, arrival }, kind);
    return undefined;
  }

  #ask(message: Asked, ask: StreamAsk): void {
    const { clock, flight, isBusy, limits, report, shares } = this.#pipeline;
    const { record } = this.#call;
    if (isBusy() && shares.isBeyond(record)) {
      this.#refuse(message, brokerBusy(limits));
      return;
    }
    const now = clock.now();
    const own = { session: this.session, record, waiting: this.#waiting };
    const caller = admitMessage(this.#pipeline, this.#parts, own, ask.$case, now);
    if (!caller.ok) {
      this.#refuse(message, caller.error);
      return;
    }
    const { requestId, address } = record;
    const call = { requestId: `${requestId}.${message.id}`, now, address, caller: caller.value };
    this.#waiting += 1;
    const release = shares.hold(record);
    flight
      .during(async () => this.#answer(message, await attempt(() => this.#parts.run(ask, call))))
      .catch((fault) => report.failed(record, fault))
      .finally(release);
  }

  #answer(message: Asked, outcome: Result<StreamAnswer, Denial | Fault>): void {
    this.#waiting -= 1;
    if (this.#isOver) return;
    if (outcome.ok) {
      this.#pipeline.report.answered(this.#note(message));
      this.#say(outcome.value, message.id);
    } else this.#refuse(message, outcome.error);
    if (this.#closing !== undefined) this.close();
  }

  #judge(answer: { readonly proof: string; readonly nonce: string }): Result<void, Denial> {
    const session = this.#parts.store.path(this.session).at(-1);
    if (session === undefined) return refuse({ reason: 'session_ended' });
    return this.#parts.judgeAnswer({ ...answer, session, path: this.#call.record.method });
  }

  #refuse(message: Asked, denial: Denial | Fault): void {
    const note = this.#note(message);
    const value = rpcStatusOf(noted(this.#pipeline, note, denial), note);
    this.#say({ $case: 'refusal', value }, message.id);
  }

  #note({ id, kind, arrival }: Asked): CallNote {
    const { requestId, method, peer, address, caller } = this.#call.record;
    const own = { requestId: `${requestId}.${id}`, method: `${method}/${kind}`, arrival };
    return { ...own, peer, address, caller };
  }

  #say(kind: StreamAnswer, id = 0n): void {
    if (this.#isOver || this.#call.line.write({ id, kind })) return;
    this.#pipeline.report.limitHit('streamMessagesWaiting');
    this.fail({ reason: 'rate_limited' });
  }

  /** In order without a reason. */
  #end(end: Denial | Reason | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#challenges.stop();
    const { line, record, onOver } = this.#call;
    onOver(this);
    const denial = typeof end === 'string' ? { reason: end } : end;
    line.end(denial && statusOf(denial, record, this.#pipeline.nonce));
  }
}
