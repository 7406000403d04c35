import { setMaxListeners } from 'node:events';
import { EndSessionRequest, SessionServiceService } from '@creance/proto/wire';
import type { BrokerParts } from '../broker/channel.js';
import { endsSession, isOfOtherKey } from '../errors/classes.js';
import { codeOf } from '../errors/code-of.js';
import type {
  CreanceError,
  SessionEndedError,
  SessionRevokedError,
} from '../errors/creance-error.js';
import { limits } from '../limits.js';
import { orLater } from '../runtime/clock.js';
import type { SessionTrace } from '../telemetry/session-trace.js';
import { Hold } from './hold.js';
import type { LineAsk } from './line-ask.js';
import { LineStream } from './line-stream.js';
import { type ListenAsk, listenAs } from './listening.js';
import type { OpenedSession } from './open.js';
import { type Renewal, renewAsk } from './renew.js';
import { SessionKey } from './session-key.js';
import { makeVoice, type Voice } from './voice.js';

/** Who hears of the line. */
export interface LineEars {
  /** Tokens from before are worth nothing. */
  onTokensDead(): void;
  /** Requests go over a new stream from now on. */
  onStreamOpened(): void;
}

/**
 * The line between a session and the broker. Everything that comes back passes here, so that the first
 * reply or message that tells of an end stops all work at once.
 */
export class SessionLine {
  readonly #parts: BrokerParts;
  readonly #opened: OpenedSession;
  readonly #trace: SessionTrace;
  readonly #ears: LineEars;
  readonly #end = new AbortController();
  readonly #key: SessionKey;
  readonly #hold: Hold;
  readonly #stream: LineStream;

  constructor(parts: BrokerParts, opened: OpenedSession, trace: SessionTrace, ears: LineEars) {
    this.#parts = parts;
    this.#trace = trace;
    this.#opened = opened;
    this.#ears = ears;
    // Every running request listens: many listeners are use, not a leak. Node 20 warns of ten, newer ones do not.
    setMaxListeners(0, this.#end.signal);
    const { id: sessionId } = opened;
    this.#hold = new Hold({
      onSuspended: () => this.#tokensDead('session_suspended'),
      onResumed: () => parts.onEvent({ type: 'session_resumed', sessionId }),
    });
    this.#stream = new LineStream(parts, sessionId, {
      onOpened: () => ears.onStreamOpened(),
      onHeld: (isHeld) => this.#hold.tell(isHeld),
      onGone: (error) => this.#streamGone(error),
    });
    this.#key = new SessionKey(opened.voice, {
      make: () => makeVoice(parts),
      probe: ({ channel }) => channel.call({ ...renewAsk, sessionId, signal: this.signal }),
      onChanged: () => {
        this.#stream.close();
        this.#openStream();
        this.#tokensDead('session_rekeyed');
      },
    });
    this.#openStream();
  }

  get signal(): AbortSignal {
    return this.#end.signal;
  }

  /** Makes a call as the session. Makes none, and throws the reason of the end, when it is over. */
  call<T>(askBy: (voice: Voice) => LineAsk<T>): Promise<T> {
    const speak = () => this.#key.speak((voice) => this.#by(voice, askBy(voice)));
    return this.#watch(() => this.#hold.learn(speak));
  }

  /** Makes a call as the session that the broker answers with a stream. */
  listen(ask: ListenAsk): { close(): void } {
    const sessionId = this.#opened.id;
    const listening = listenAs(this.#parts, { voice: this.#key.voice, sessionId }, ask);
    this.signal.addEventListener('abort', () => listening.close(), { once: true });
    return listening;
  }

  /** Prolongs the session. */
  renew(): Promise<Renewal> {
    return this.call(() => renewAsk);
  }

  /** Asks whether the session lives, once and briefly. */
  askLife(): Promise<Renewal> {
    const briefly = { deadlineMillis: limits.lifeMillis, attemptsMax: 1 };
    return this.call(() => ({ ...renewAsk, ...briefly }));
  }

  /** Gets a token by `work`, unless the session is held. */
  guard<T>(work: () => Promise<T>): Promise<T> {
    return this.#hold.guard(work);
  }

  /** Changes the session's key by a call that names the new one. */
  async rekey(askFor: (fresh: Voice) => LineAsk<void>): Promise<void> {
    // The stream was opened by the old key: its requests go their own way from here on.
    this.#stream.close();
    try {
      // The one call that a session held for risk may make, and it stays held by it.
      await this.#watch(() =>
        this.#hold.hear(() =>
          this.#key.change((fresh) => this.#by(this.#key.voice, askFor(fresh))),
        ),
      );
    } finally {
      this.#openStream();
    }
  }

  /** The session is over: stops everything that hangs on its signal. */
  finish(error: SessionRevokedError | SessionEndedError): void {
    if (this.signal.aborted) return;
    this.#end.abort(error);
    this.#stream.close();
    this.#parts.onEvent({ type: 'session_ended', sessionId: this.#opened.id, code: error.code });
  }

  /**
   * Makes a call after `finish`, as the session that still lives at the broker: not over its stream, and
   * whatever its signal says.
   */
  lastCall<T>(ask: LineAsk<T>): Promise<T> {
    const sessionId = this.#opened.id;
    return this.#key.speak(({ channel }) => channel.call({ ...ask, sessionId }));
  }

  /** Tells the broker, as far as that works within 2 s. Never throws. */
  async tellEnd(): Promise<void> {
    const { clock, onEvent } = this.#parts;
    const { id: sessionId } = this.#opened;
    const told = this.lastCall({
      path: SessionServiceService.endSession.path,
      request: () => EndSessionRequest.encode({}).finish(),
      read: () => {},
      digest: true,
      deadlineMillis: limits.closeMillis,
    });
    const settled = told.catch((error: unknown) => {
      // The broker ends it by its idle end; there is nobody left here to act on the error.
      if (!endsSession(error)) onEvent({ type: 'end_unconfirmed', sessionId, code: codeOf(error) });
    });
    await orLater(clock, limits.closeMillis, settled);
  }

  async #watch<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (endsSession(error)) this.finish(error);
      throw error;
    }
  }

  #by<T>(voice: Voice, { streamed, onSend, span: own, ...rest }: LineAsk<T>): Promise<T> {
    const span = own && this.#trace.of(own);
    const overStream = async (waitMillis: number) => {
      onSend?.();
      return streamed && this.#stream.of(voice)?.request(streamed, waitMillis);
    };
    const request = (nonce: string | undefined) => {
      onSend?.();
      return rest.request(nonce);
    };
    const { signal } = this;
    const sessionId = this.#opened.id;
    return voice.channel.call({ ...rest, request, overStream, span, sessionId, signal });
  }

  #openStream(): void {
    if (this.#opened.kind === 'workload' && !this.signal.aborted)
      this.#stream.open(this.#key.voice);
  }

  #streamGone(error: CreanceError | undefined): void {
    this.#hold.untell();
    this.#hold.note(error);
    if (endsSession(error)) this.finish(error);
    else if (isOfOtherKey(error)) void this.#key.settle();
  }

  #tokensDead(type: 'session_suspended' | 'session_rekeyed'): void {
    this.#ears.onTokensDead();
    this.#parts.onEvent({ type, sessionId: this.#opened.id });
  }
}
