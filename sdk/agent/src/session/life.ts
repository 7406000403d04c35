import { endsSession } from '../errors/classes.js';
import type { CreanceError } from '../errors/creance-error.js';
import { SessionSuspendedError } from '../errors/creance-error.js';
import { limits } from '../limits.js';
import { type Clock, delay } from '../runtime/clock.js';

/** What asking after a session's life needs. */
export interface LifeParts {
  readonly clock: Clock;
  /** Asks the broker, briefly and once. Throws what the broker says. */
  readonly ask: () => Promise<unknown>;
  /** Aborts when the session is over. */
  readonly signal: AbortSignal;
}

/**
 * Asks the broker whether a session lives, when a resource has ended a call of it: the resource may have
 * heard of a cut before the agent. All who ask while one question waits to be sent share it; one that was
 * sent already may have been answered before the cut, so that who comes later gets the next. At most one
 * question in `limits.lifePauseMillis`, however many calls break.
 */
export class Life {
  readonly #parts: LifeParts;
  #waiting: Promise<CreanceError | undefined> | undefined;
  #sent: Promise<unknown> | undefined;
  #nextAtMillis = 0;

  constructor(parts: LifeParts) {
    this.#parts = parts;
  }

  /**
   * Why the session is of no use: the error of its end, or of the hold. Undefined when it lives, and when
   * nobody can say. Never rejects.
   */
  fault(): Promise<CreanceError | undefined> {
    this.#waiting ??= this.#answer();
    return this.#waiting;
  }

  async #answer(): Promise<CreanceError | undefined> {
    const { clock, ask, signal } = this.#parts;
    await this.#sent;
    const pauseMillis = this.#nextAtMillis - clock.monotonicMillis();
    // The end of the session ends the pause: then there is nothing left to ask.
    if (pauseMillis > 0) await delay(clock, pauseMillis, signal).catch(() => {});
    this.#waiting = undefined;
    if (signal.aborted) return signal.reason;
    this.#nextAtMillis = clock.monotonicMillis() + limits.lifePauseMillis;
    const said = ask().then(
      () => undefined,
      (error: unknown) => error,
    );
    this.#sent = said;
    const error = await said;
    return endsSession(error) || error instanceof SessionSuspendedError ? error : undefined;
  }
}
