import { isAway } from '../broker/retry.js';
import { isOfOtherKey } from '../errors/classes.js';
import { CreanceError } from '../errors/creance-error.js';
import type { Voice } from './voice.js';

/** What a change of key needs. */
export interface SessionKeyParts {
  readonly make: () => Voice;
  /** Makes any call by the key that the broker refuses to all others. */
  readonly probe: (voice: Voice) => Promise<unknown>;
  /** Another key speaks for the session from now on. */
  readonly onChanged: () => void;
}

/**
 * The key of a session, and while its change is not settled the one that may have taken its place. When
 * an answer is lost, both sides may believe in different keys; then the one that the broker accepts is
 * it, and nobody needs to ask before the other one is refused.
 */
export class SessionKey {
  readonly #parts: SessionKeyParts;
  #voice: Voice;
  /** Kept until it is settled: a request of which nobody heard may still arrive at the broker. */
  #candidate: Voice | undefined;
  #changing: Promise<void> | undefined;
  #settling: Promise<boolean> | undefined;

  constructor(voice: Voice, parts: SessionKeyParts) {
    this.#voice = voice;
    this.#parts = parts;
  }

  /** The key that speaks now. */
  get voice(): Voice {
    return this.#voice;
  }

  /**
   * Makes a call by the session's key. When the key has changed under it, the call is made once more by
   * the new one: refused for its key, it has done nothing yet.
   */
  async speak<T>(call: (voice: Voice) => Promise<T>): Promise<T> {
    const voice = this.#voice;
    try {
      return await call(voice);
    } catch (error) {
      if (!isOfOtherKey(error)) throw error;
      await this.#changing?.catch(() => {});
      if (this.#voice === voice && !(await this.settle())) throw error;
      return call(this.#voice);
    }
  }

  /**
   * Changes the key by `ask`, which names the new one to the broker. One change at a time serves all who
   * ask meanwhile. After an unknown outcome the next change names the same key again.
   */
  change(ask: (fresh: Voice) => Promise<unknown>): Promise<void> {
    this.#changing ??= this.#change(ask).finally(() => {
      this.#changing = undefined;
    });
    return this.#changing;
  }

  /** Whether a key that may have taken the session's place has: then it speaks from now on. */
  settle(): Promise<boolean> {
    this.#settling ??= this.#settle().finally(() => {
      this.#settling = undefined;
    });
    return this.#settling;
  }

  async #change(ask: (fresh: Voice) => Promise<unknown>): Promise<void> {
    const fresh = this.#candidate ?? this.#parts.make();
    this.#candidate = fresh;
    try {
      await ask(fresh);
    } catch (error) {
      // Refused by a broker that has taken the old key's proof: the new one is worth nothing.
      if (hasTakenProof(error)) this.#candidate = undefined;
      else if (this.#voice === fresh || (await this.settle())) return;
      throw error;
    }
    this.#adopt();
  }

  async #settle(): Promise<boolean> {
    const candidate = this.#candidate;
    if (candidate === undefined) return false;
    try {
      await this.#parts.probe(candidate);
    } catch (error) {
      if (!hasTakenProof(error)) return false;
    }
    this.#adopt();
    return true;
  }

  #adopt(): void {
    if (this.#candidate === undefined) return;
    this.#voice = this.#candidate;
    this.#candidate = undefined;
    this.#parts.onChanged();
  }
}

/**
 * Whether a refusal shows that the proof was good. The broker judges the proof first, so that whoever
 * hears anything else has spoken by the right key.
 */
function hasTakenProof(error: unknown): boolean {
  if (!(error instanceof CreanceError) || isAway(error)) return false;
  return error.reason !== undefined && !error.reason.startsWith('proof_');
}
