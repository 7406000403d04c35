import type { Revision } from '@creance/proto';
import { SubscribeRequest, SubscribeResponse, VerifierServiceService } from '@creance/proto/wire';
import type { ClientReadableStream } from '@grpc/grpc-js';
import type { Applied, Feed, FeedFault } from '../feed.js';
import { reopenMillisMin } from '../limits.js';
import type { Clock, Timer } from '../runtime/clock.js';
import type { Entropy } from '../runtime/entropy.js';
import type { FeedSettings } from '../settings.js';
import { type BrokerRefusal, refusalOf } from './refusal.js';
import { hashesOf } from './report-line.js';
import type { Voice } from './voice.js';

/** How a subscription ended. */
export type SubscriptionEnd =
  /** The stream broke, or the broker ended it. */
  | { readonly kind: 'lost'; readonly refusal: BrokerRefusal }
  /** Nothing came for more than two heartbeats: the connection may be half open. */
  | { readonly kind: 'silent' }
  /** The broker asks to subscribe again. */
  | { readonly kind: 'resync' }
  /** Something that came does not count. */
  | { readonly kind: 'refused'; readonly fault: FeedFault };

/** What a subscription needs and whom it tells. */
export interface SubscriptionParts {
  readonly voice: Voice;
  readonly feed: Feed;
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** Revision of the view that is held; zero asks for a snapshot. */
  readonly afterRevision: Revision;
  readonly onOpened: (settings: FeedSettings) => void;
  readonly onApplied: (applied: Applied) => void;
  /** The broker wants to see proofs: their hashes, as base64url. */
  readonly onProofsWanted: (hashes: readonly string[]) => void;
  /** A frame that was seen before: it changes nothing, and the subscription goes on. */
  readonly onReplayed: () => void;
}

const nonceBytes = 16;

/** Heartbeats that may fail to come, and the milliseconds to wait before the first is known. */
const heartbeatsMissedMax = 2.5;
const firstMessageMillis = 5_000;

/** One subscription to the feed, from its request to its end. */
export class Subscription {
  readonly #parts: SubscriptionParts;
  #askedAtMillis = 0;
  #call: ClientReadableStream<Buffer> | undefined;
  #watchdog: Timer | undefined;
  #isSilent = false;

  constructor(parts: SubscriptionParts) {
    this.#parts = parts;
  }

  /** Subscribes and takes what comes, one message after the other. Never rejects. */
  async run(): Promise<SubscriptionEnd> {
    const { voice, entropy, afterRevision, clock, feed } = this.#parts;
    const nonce = Buffer.from(entropy.bytes(nonceBytes));
    const heldRevision = BigInt(feed.view.revision);
    const ask = { afterRevision: BigInt(afterRevision), nonce, heldRevision };
    this.#askedAtMillis = clock.monotonicMillis();
    const request = Buffer.from(SubscribeRequest.encode(ask).finish());
    try {
      const call = voice.stream(VerifierServiceService.subscribe.path, request);
      this.#call = call;
      // grpc-js reports a cancelled stream even to those who have left it.
      call.on('error', () => {});
      this.#rearm();
      for await (const bytes of call) {
        this.#rearm();
        const end = await this.#take(bytes, nonce);
        if (end !== undefined) return end;
      }
      return { kind: 'lost', refusal: { status: 'OK', reason: undefined } };
    } catch (fault) {
      return this.#isSilent ? { kind: 'silent' } : { kind: 'lost', refusal: refusalOf(fault) };
    } finally {
      this.cancel();
    }
  }

  /** Ends the subscription. */
  cancel(): void {
    this.#watchdog?.cancel();
    this.#call?.cancel();
  }

  async #take(bytes: Buffer, nonce: Uint8Array): Promise<SubscriptionEnd | undefined> {
    const { feed, onOpened, onApplied, onProofsWanted, onReplayed } = this.#parts;
    const response = decoded(bytes);
    if (response === undefined) return { kind: 'refused', fault: 'frame_malformed' };
    const message = response.kind;
    // Something of a newer broker. Only signed frames change the view, and a missing one shows by its link.
    if (message === undefined) return undefined;
    if (message.$case === 'resync') return { kind: 'resync' };
    if (message.$case === 'proofsWanted') {
      onProofsWanted(hashesOf(message.value.hashes));
      return undefined;
    }
    if (message.$case === 'opening') {
      const opened = await feed.open(message.value, nonce, this.#askedAtMillis);
      if (!opened.ok) return { kind: 'refused', fault: opened.error };
      onOpened(opened.value);
      return undefined;
    }
    const applied = await feed.receive(message.value);
    if (applied.ok) {
      onApplied(applied.value);
      return this.#comesLate(applied.value) ? { kind: 'resync' } : undefined;
    }
    if (applied.error !== 'frame_replayed') return { kind: 'refused', fault: applied.error };
    onReplayed();
    return undefined;
  }

  /**
   * Whether even what has just come is old: held back on its way, or one of the machines slept, or the clocks
   * have drifted apart. Another Opening tells which; whoever holds everything back gains nothing by it.
   */
  #comesLate({ change, heldMillis }: Applied): boolean {
    const { clock, feed } = this.#parts;
    const lateMillis = ((feed.settings?.maxStaleSeconds ?? Infinity) * 1_000) / 2;
    const lastedMillis = clock.monotonicMillis() - this.#askedAtMillis;
    return change.kind === 'confirmed' && heldMillis > lateMillis && lastedMillis > reopenMillisMin;
  }

  #rearm(): void {
    const { clock, feed } = this.#parts;
    const { settings } = feed;
    const beatMillis = settings && settings.heartbeatSeconds * 1_000 * heartbeatsMissedMax;
    this.#watchdog?.cancel();
    this.#watchdog = clock.after(beatMillis ?? firstMessageMillis, () => {
      this.#isSilent = true;
      this.#call?.cancel();
    });
  }
}

function decoded(bytes: Buffer): SubscribeResponse | undefined {
  try {
    return SubscribeResponse.decode(bytes);
  } catch {
    return undefined;
  }
}
