import type { BrokerParts } from '../broker/channel.js';
import { SessionStream } from '../broker/session-stream.js';
import type { CreanceError } from '../errors/creance-error.js';
import type { Voice } from './voice.js';

/** Who hears of the stream. */
export interface LineStreamEars {
  /** It stands, and takes requests. */
  onOpened(): void;
  /** The broker says that the session is held, or no longer. */
  onHeld(isHeld: boolean): void;
  /** There is no stream: for this reason, or because it was closed from this side. */
  onGone(error: CreanceError | undefined): void;
}

/** The stream of a session, by the key that has opened it. */
export class LineStream {
  readonly #parts: BrokerParts;
  readonly #sessionId: string;
  readonly #ears: LineStreamEars;
  #open: { readonly voice: Voice; readonly stream: SessionStream } | undefined;

  constructor(parts: BrokerParts, sessionId: string, ears: LineStreamEars) {
    this.#parts = parts;
    this.#sessionId = sessionId;
    this.#ears = ears;
  }

  /** The stream of this key. That of another one would get tokens that are bound to the other one. */
  of(voice: Voice): SessionStream | undefined {
    return this.#open?.voice === voice ? this.#open.stream : undefined;
  }

  /** Keeps one open by this key; nothing happens while another is. */
  open(voice: Voice): void {
    if (this.#open !== undefined) return;
    const { onEvent } = this.#parts;
    const sessionId = this.#sessionId;
    const own = { proofs: voice.proofs, sessionId };
    const stream = new SessionStream(this.#parts, own, {
      onOpened: () => {
        onEvent({ type: 'stream_opened', sessionId });
        // The broker opens none for a session that is held.
        this.#ears.onHeld(false);
        this.#ears.onOpened();
      },
      onHeld: (isHeld) => this.#ears.onHeld(isHeld),
      onLost: (error) => this.#ears.onGone(error),
      onPause: ({ code }, waitMillis) =>
        onEvent({ type: 'stream_lost', sessionId, code, waitMillis }),
    });
    this.#open = { voice, stream };
  }

  /** Ends it until it is opened anew. */
  close(): void {
    this.#open?.stream.close();
    this.#open = undefined;
    this.#ears.onGone(undefined);
  }
}
