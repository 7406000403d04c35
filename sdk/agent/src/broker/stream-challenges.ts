import type { StreamOpened } from '@creance/proto/wire';
import type { StreamFault } from '../errors/stream.js';
import { limits } from '../limits.js';
import { isNonce } from '../proof/nonces.js';
import type { Clock, Timer } from '../runtime/clock.js';

/** What challenges need. */
export interface ChallengeParts {
  readonly clock: Clock;
  /** Answers a challenge by a proof with its nonce. */
  readonly answer: (nonce: string) => void;
  /** Gives the stream up. */
  readonly fail: (fault: StreamFault) => void;
}

/**
 * The challenges of one stream. Each one is answered, but only so many in a while: an answer costs a
 * signature. A broker that has not challenged for longer than it said is no longer there.
 */
export class StreamChallenges {
  readonly #parts: ChallengeParts;
  #quiet: Timer | undefined;
  #quietMillis = 0;
  #windowStartMillis = Number.NEGATIVE_INFINITY;
  #answered = 0;

  constructor(parts: ChallengeParts) {
    this.#parts = parts;
  }

  /** The broker has said how the stream is kept. */
  begin({ challengeSeconds, answerSeconds }: StreamOpened): void {
    const seconds = challengeSeconds + 2 * answerSeconds;
    const isBelieved = challengeSeconds > 0 && seconds <= limits.streamChallengeSecondsMax;
    this.#quietMillis = isBelieved ? seconds * 1_000 : 0;
    this.#listen();
  }

  /** Answers one. */
  take(nonce: string): void {
    const now = this.#parts.clock.monotonicMillis();
    if (now - this.#windowStartMillis >= limits.streamChallengesMillis) {
      this.#windowStartMillis = now;
      this.#answered = 0;
    }
    this.#answered += 1;
    if (this.#answered > limits.streamChallenges) this.#parts.fail('stream_flooded');
    else if (!isNonce(nonce)) this.#parts.fail('stream_malformed');
    else {
      this.#parts.answer(nonce);
      this.#listen();
    }
  }

  /** Listens no more. */
  stop(): void {
    this.#quiet?.cancel();
  }

  #listen(): void {
    this.#quiet?.cancel();
    if (this.#quietMillis === 0) return;
    const { clock, fail } = this.#parts;
    this.#quiet = clock.after(this.#quietMillis, () => fail('stream_silent'));
    this.#quiet.unref();
  }
}
