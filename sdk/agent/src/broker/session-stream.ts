import { SessionServiceService } from '@creance/proto/wire';
import type { CreanceError } from '../errors/creance-error.js';
import { errorFromReply } from '../errors/refusal.js';
import { grpcStatus } from '../errors/status.js';
import { limits } from '../limits.js';
import type { ProofMaker } from '../proof/proof-maker.js';
import type { Timer } from '../runtime/clock.js';
import { between } from '../runtime/entropy.js';
import type { FailedReply } from '../transport/contract.js';
import { asksForNonce, type BrokerParts } from './channel.js';
import type { Outcome } from './retry.js';
import { type StreamAsk, StreamTalk } from './stream-talk.js';

const { path } = SessionServiceService.stream;

/** Who hears of a session's stream. */
export interface StreamEars {
  onOpened(): void;
  /** The broker says that the session is held, or no longer. */
  onHeld(isHeld: boolean): void;
  /** The stream has ended, or was not opened, with this error; it may end the session. */
  onLost(error: CreanceError): void;
  /** It is tried again after so many milliseconds. */
  onPause(error: CreanceError, waitMillis: number): void;
}

/**
 * The stream of one session key, kept open: a stream that is lost is opened again with pauses that grow,
 * and nobody waits for it meanwhile. A broker that does not know the method is not asked again.
 */
export class SessionStream {
  readonly #parts: BrokerParts;
  readonly #own: { readonly proofs: ProofMaker; readonly sessionId: string };
  readonly #ears: StreamEars;
  #talk: StreamTalk | undefined;
  #timer: Timer | undefined;
  #losses = 0;
  #openedAtMillis: number | undefined;
  #hasAnsweredNonce = false;
  #isClosed = false;

  /** Begins to open it. */
  constructor(
    parts: BrokerParts,
    own: { readonly proofs: ProofMaker; readonly sessionId: string },
    ears: StreamEars,
  ) {
    this.#parts = parts;
    this.#own = own;
    this.#ears = ears;
    this.#open();
  }

  /** Asks over the stream; undefined at once when it is not open, later when it gives no answer. */
  async request<T>(ask: StreamAsk<T>, waitMillis: number): Promise<Outcome<T> | undefined> {
    return this.#talk?.request(ask, waitMillis);
  }

  /** Ends it for good. */
  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#talk?.close();
    this.#talk = undefined;
  }

  #open(): void {
    const { transport, clock } = this.#parts;
    const { sessionId } = this.#own;
    this.#openedAtMillis = undefined;
    const stream = transport.stream(
      { path, proof: this.#prove(undefined), sessionId },
      {
        onMessage: (bytes) => talk.take(bytes),
        onEnd: (end) => this.#ended(talk, end),
      },
    );
    const talk = new StreamTalk(
      {
        clock,
        prove: (nonce) => this.#prove(nonce),
        onOpened: () => this.#opened(),
        onHeld: (isHeld) => this.#ears.onHeld(isHeld),
        onFault: (error) => this.#lost(error),
      },
      stream,
    );
    this.#talk = talk;
  }

  #prove(nonce: string | undefined): string {
    const { origin } = this.#parts;
    return this.#own.proofs.make({ method: 'POST', target: origin + path, origin, nonce });
  }

  #opened(): void {
    this.#openedAtMillis = this.#parts.clock.monotonicMillis();
    this.#hasAnsweredNonce = false;
    this.#ears.onOpened();
  }

  #ended(talk: StreamTalk, end: FailedReply): void {
    this.#parts.nonces.remember(this.#parts.origin, end.nonce);
    talk.close();
    if (asksForNonce(end) && !this.#hasAnsweredNonce) {
      // Once between two openings, or two could play ping-pong.
      this.#hasAnsweredNonce = true;
      this.#open();
      return;
    }
    if (end.status === grpcStatus.unimplemented) this.close();
    else this.#lost(errorFromReply(end));
  }

  #lost(error: CreanceError): void {
    this.#talk = undefined;
    this.#ears.onLost(error);
    if (this.#isClosed) return;
    const waitMillis = this.#nextPauseMillis(error.retryAfterMillis ?? 0);
    this.#ears.onPause(error, waitMillis);
    this.#timer = this.#parts.clock.after(waitMillis, () => {
      this.#hasAnsweredNonce = false;
      this.#open();
    });
    this.#timer.unref();
  }

  #nextPauseMillis(askedMillis: number): number {
    const { clock, entropy } = this.#parts;
    const livedMillis = clock.monotonicMillis() - (this.#openedAtMillis ?? clock.monotonicMillis());
    this.#losses = livedMillis >= limits.streamSteadyMillis ? 1 : this.#losses + 1;
    const step = limits.streamPauseMillis * 2 ** Math.min(this.#losses - 1, 10);
    const jittered = Math.min(step, limits.streamPauseMillisMax) * between(entropy, 0.5, 1.5);
    // What the broker asks of all alike is spread too, or they would all come back at once.
    return Math.max(jittered, askedMillis * between(entropy, 1, 1.5));
  }
}
