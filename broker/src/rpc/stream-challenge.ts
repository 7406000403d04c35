import type { Result } from '@creance/proto';
import type { Denial } from '../domain/denial.js';
import type { EdgeLimits } from './limits.js';

/** Parts of the challenges of one stream. */
export interface ChallengeParts {
  readonly limits: Pick<EdgeLimits, 'challengeSeconds' | 'challengeAnswerSeconds'>;
  /** A nonce that no challenge had before. */
  readonly nonce: () => string;
  readonly send: (nonce: string) => void;
  readonly judge: (answer: {
    readonly proof: string;
    readonly nonce: string;
  }) => Result<void, Denial>;
  /** Ends the stream. */
  readonly fail: (denial: Denial) => void;
}

/**
 * Asks again and again whether whoever holds a stream still holds the session's key. A connection that was
 * taken over, or bytes of it, are worth no more than one round.
 */
export class Challenges {
  readonly #parts: ChallengeParts;
  #timer: NodeJS.Timeout | undefined;
  /** Of the challenge that waits for its answer. */
  #nonce: string | undefined;

  /** Begins to count: the opening of the stream was the first proof. */
  constructor(parts: ChallengeParts) {
    this.#parts = parts;
    this.#rest();
  }

  /** Gives what is wrong with an answer. One that nobody has asked for is a fault of its sender. */
  answer(proof: string): Denial | undefined {
    const nonce = this.#nonce;
    if (nonce === undefined) return { reason: 'request_malformed' };
    this.#nonce = undefined;
    const judged = this.#parts.judge({ proof, nonce });
    if (!judged.ok) return judged.error;
    this.#rest();
    return undefined;
  }

  /** Asks no more. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  #rest(): void {
    this.#after(this.#parts.limits.challengeSeconds, () => this.#ask());
  }

  #ask(): void {
    const { limits, nonce, send, fail } = this.#parts;
    const fresh = nonce();
    this.#nonce = fresh;
    this.#after(limits.challengeAnswerSeconds, () => fail({ reason: 'challenge_unanswered' }));
    send(fresh);
  }

  #after(seconds: number, act: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(act, seconds * 1_000).unref();
  }
}
