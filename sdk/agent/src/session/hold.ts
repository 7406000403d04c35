import { type CreanceError, SessionSuspendedError } from '../errors/creance-error.js';
import { refusedBeforehand } from '../errors/local.js';

/** Who hears of a hold. */
export interface HoldEars {
  onSuspended(): void;
  onResumed(): void;
}

/**
 * Whether the session is held, as far as the SDK knows. The stream tells at once; without one, a call
 * that is refused or succeeds tells.
 */
export class Hold {
  readonly #ears: HoldEars;
  #isHeld = false;
  #isToldByStream = false;
  #begins = 0;

  constructor(ears: HoldEars) {
    this.#ears = ears;
  }

  /** The stream says so, and will say when it is over. */
  tell(isHeld: boolean): void {
    this.#isToldByStream = isHeld;
    if (isHeld) this.#begin();
    else this.#end();
  }

  /** There is no stream any more that would say when it is over. */
  untell(): void {
    this.#isToldByStream = false;
  }

  /** Runs a call that a held session is refused, and learns from how it comes out. */
  async learn<T>(work: () => Promise<T>): Promise<T> {
    const begins = this.#begins;
    const result = await this.hear(work);
    // What was sent before the hold began proves nothing about it.
    if (begins === this.#begins) this.#end();
    return result;
  }

  /** Runs a call that a held session may make: that it succeeds says nothing of the hold. */
  async hear<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.note(error);
      throw error;
    }
  }

  /** Learns from an error. */
  note(error: unknown): void {
    if (error instanceof SessionSuspendedError) this.#begin();
  }

  /**
   * Gets a token, unless the stream says that there is none to be had. One that was asked for before the
   * hold began is dead on arrival, and is not given either.
   */
  async guard<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isToldByStream) throw suspended();
    const result = await work();
    if (this.#isHeld) throw suspended();
    return result;
  }

  #begin(): void {
    if (this.#isHeld) return;
    this.#isHeld = true;
    this.#begins += 1;
    this.#ears.onSuspended();
  }

  #end(): void {
    if (!this.#isHeld || this.#isToldByStream) return;
    this.#isHeld = false;
    this.#ears.onResumed();
  }
}

function suspended(): CreanceError {
  return refusedBeforehand('session_suspended');
}
