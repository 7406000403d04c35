import { setMaxListeners } from 'node:events';
import { EndSessionRequest, SessionServiceService } from '@creance/proto/wire';
import type { BrokerParts } from '../broker/channel.js';
import {
  CreanceError,
  type SessionEndedError,
  type SessionRevokedError,
} from '../errors/creance-error.js';
import { endsSession } from '../errors/refusal.js';
import { limits } from '../limits.js';
import { orLater } from '../runtime/clock.js';
import { type Issued, issueToken } from './issue.js';
import type { OpenedSession } from './open.js';
import type { TokenAsk } from './token-ask.js';
import type { IssueManner } from './token-cache.js';

/**
 * The line between a session and the broker. Everything that comes back passes here, so that the first
 * reply that tells of an end stops all work at once.
 */
export class SessionLine {
  readonly #parts: BrokerParts;
  readonly #opened: OpenedSession;
  readonly #end = new AbortController();

  constructor(parts: BrokerParts, opened: OpenedSession) {
    this.#parts = parts;
    this.#opened = opened;
    // Every running request listens: many listeners are use, not a leak. Node 20 warns of ten, newer ones do not.
    setMaxListeners(0, this.#end.signal);
  }

  get signal(): AbortSignal {
    return this.#end.signal;
  }

  /** Makes a call as the session. Makes none, and throws the reason of the end, when it is over. */
  call(
    path: string,
    request: Uint8Array,
    options: { digest: boolean; attemptsMax?: number },
  ): Promise<Uint8Array> {
    const { signal } = this;
    const sessionId = this.#opened.id;
    const ask = { path, request: () => request, sessionId, signal, ...options };
    return this.#watch(this.#opened.channel.call(ask));
  }

  /** Asks for a token. */
  async issue(ask: TokenAsk, manner: IssueManner): Promise<Issued> {
    const brief = manner === 'brief';
    const sessionId = this.#opened.id;
    const issued = await this.#watch(
      issueToken(ask, {
        channel: this.#opened.channel,
        clock: this.#parts.clock,
        sessionId,
        signal: this.signal,
        deadlineMillis: brief ? limits.refreshMillis : limits.callMillis,
        attemptsMax: brief ? 1 : limits.callAttempts,
      }),
    );
    const { audience, scopes } = issued.token;
    const { lifetimeSeconds } = issued;
    this.#parts.onEvent({ type: 'token_issued', sessionId, audience, scopes, lifetimeSeconds });
    return issued;
  }

  /** The session is over: stops everything that hangs on its signal. */
  finish(error: SessionRevokedError | SessionEndedError): void {
    if (this.signal.aborted) return;
    this.#end.abort(error);
    this.#parts.onEvent({ type: 'session_ended', sessionId: this.#opened.id, code: error.code });
  }

  /** Tells the broker, as far as that works within 2 s. Never throws. */
  async tellEnd(): Promise<void> {
    const { clock, onEvent } = this.#parts;
    const sessionId = this.#opened.id;
    const told = this.#opened.channel.call({
      path: SessionServiceService.endSession.path,
      request: () => EndSessionRequest.encode({}).finish(),
      digest: true,
      sessionId,
      deadlineMillis: limits.closeMillis,
    });
    const settled = told.then(
      () => {},
      (error: unknown) => {
        // The broker ends it by its idle end; there is nobody left here to act on the error.
        if (!endsSession(error))
          onEvent({ type: 'end_unconfirmed', sessionId, code: codeOf(error) });
      },
    );
    await orLater(clock, limits.closeMillis, settled);
  }

  async #watch<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (endsSession(error)) this.finish(error);
      throw error;
    }
  }
}

/** The code of an error, for events. */
export function codeOf(error: unknown): string {
  return error instanceof CreanceError ? error.code : 'CREANCE_UNKNOWN';
}
