import { type Destination, seenDestinations } from '../destinations.js';
import { destinationsReadMax } from '../limits.js';

/** Names what a request message is aimed at. */
export type DestinationsOfMessage = (message: never) => readonly Destination[] | undefined;

/** What a call is aimed at: known with its message, or never, while the call is judged before it. */
export class LateAim {
  /** Resolves with the message, and with nothing when the call ends without one. */
  readonly named: Promise<readonly Destination[] | undefined>;
  readonly #destinationsOf: DestinationsOfMessage;
  #settle: (named: readonly Destination[] | undefined) => void = () => {};

  constructor(destinationsOf: DestinationsOfMessage) {
    this.#destinationsOf = destinationsOf;
    this.named = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** Takes the message. Throws what naming throws, and for what names no destinations. */
  take(message: unknown): void {
    const named = this.#destinationsOf(message as never);
    if (named !== undefined) seenDestinations(named);
    // The handler may change the message at once. One more than is looked at says that there were more.
    const copied = named?.slice(0, destinationsReadMax + 1);
    this.#settle(copied?.map(({ kind, value }) => ({ kind, value })));
  }

  /** There will be none. May be repeated, and comes too late after a message. */
  none(): void {
    this.#settle(undefined);
  }
}
