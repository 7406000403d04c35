import { ok, type Result, refuse, type Thumbprint } from '@creance/proto';
import { choosePrimitives } from './choose-primitives.js';
import { type FeedKey, judgeFeedKey, type StatementFault } from './feed-key.js';
import { type FeedFrame, readFrame, type WireFrame } from './frame.js';
import { type Anchored, anchoredMoment, wallMoment } from './frame-age.js';
import { verifierLimits } from './limits.js';
import type { Primitives } from './primitives.js';
import { type Clock, systemClock } from './runtime/clock.js';
import {
  type FeedSettings,
  readSettings,
  type SettingsFault,
  type WireSettings,
} from './settings.js';
import { type FrameFault, View, type ViewChange } from './view.js';

/** Turns bytes into messages of creance.v1. Throws on bytes that are none. */
export interface FeedDecoders {
  frame(bytes: Uint8Array): WireFrame;
  settings(bytes: Uint8Array): WireSettings;
}

/** A SignedFrame of creance.v1, by its shape. */
export interface WireSignedFrame {
  readonly frame: Uint8Array;
  readonly signature: Uint8Array;
  readonly keyId: string;
}

/** An Opening of creance.v1, by its shape. */
export interface WireOpening {
  readonly feedKeyStatement: string;
  readonly settings: Uint8Array;
  readonly settingsSignature: Uint8Array;
}

/** Why something that came over the feed counts for nothing. */
export type FeedFault =
  | StatementFault
  | SettingsFault
  | FrameFault
  | 'settings_signature_invalid'
  | 'frame_malformed'
  | 'frame_signature_invalid'
  /** A frame came before its Opening, or is signed by another key than the Opening's. */
  | 'frame_other_key';

/** What a frame did. */
export interface Applied {
  readonly change: ViewChange;
  /** Milliseconds that the verifier's wall clock is ahead of the frame; negative when it is behind. */
  readonly lagMillis: number;
  /** Milliseconds that the view was old already when the frame came, as far as is known. */
  readonly heldMillis: number;
}

/** What a feed needs. */
export interface FeedOptions {
  readonly issuer: string;
  /** Thumbprint of the issuer's anchor key, pinned. */
  readonly anchor: Thumbprint;
  readonly decoders: FeedDecoders;
  /** Registered name of the resource that must be served; undefined takes what the broker says. */
  readonly resource?: string | undefined;
  readonly clock?: Clock | undefined;
  readonly primitives?: Primitives | undefined;
  readonly viewEntriesMax?: number | undefined;
}

const utf8 = new TextEncoder();
const frameDomain = utf8.encode('creance-feed-v1\0');
const settingsDomain = utf8.encode('creance-settings-v1\0');

/**
 * The verifier's end of the feed, whatever carries it: takes openings and signed frames, believes only
 * what the pinned anchor vouches for, and keeps the view. Messages go in one at a time, in order.
 */
export class Feed {
  readonly view: View;
  readonly clock: Clock;
  readonly primitives: Primitives;
  readonly #options: FeedOptions;
  readonly #listeners = new Set<(change: ViewChange) => void>();
  #feedKey: FeedKey | undefined;
  #anchored: Anchored | undefined;
  #settings: FeedSettings | undefined;
  #isDistrusted = false;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.clock = options.clock ?? systemClock;
    this.primitives = options.primitives ?? choosePrimitives();
    this.view = new View(options.issuer, options.viewEntriesMax ?? verifierLimits.viewEntriesMax);
  }

  /** What the broker says of the resource; undefined before the first Opening. */
  get settings(): FeedSettings | undefined {
    return this.#settings;
  }

  /** Whether the last Opening was vouched for by another anchor: then everything is refused. */
  get isDistrusted(): boolean {
    return this.#isDistrusted;
  }

  /** Calls back after every change of the view; gives the way to stop. */
  onChange(listener: (change: ViewChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Takes the Opening that answers a subscription. `nonce` is what the subscriber sent: an Opening that
   * does not repeat it, signed, is an old one. `askedAtMillis` is the steady clock before the nonce was sent:
   * without it ages are judged by the wall clocks.
   */
  async open(
    opening: WireOpening,
    nonce: Uint8Array,
    askedAtMillis?: number,
  ): Promise<Result<FeedSettings, FeedFault>> {
    const { issuer, anchor, decoders, resource } = this.#options;
    this.#feedKey = undefined;
    this.view.forgetPending();
    const nowSeconds = Math.floor(this.clock.now() / 1_000);
    const pinned = { issuer, anchor, primitives: this.primitives, nowSeconds };
    const judged = await judgeFeedKey(opening.feedKeyStatement, pinned);
    if (!judged.ok) {
      if (judged.error === 'anchor_mismatch') this.#isDistrusted = true;
      return judged;
    }
    const { key } = judged.value;
    const signed = join(settingsDomain, opening.settings);
    if (!(await this.#isSigned(key, signed, opening.settingsSignature))) {
      return refuse('settings_signature_invalid');
    }
    const wire = decoded(() => decoders.settings(opening.settings));
    if (wire === undefined) return refuse('settings_malformed');
    const settings = readSettings(wire, { issuer, nonce, resource });
    if (!settings.ok) return settings;
    this.#settings = settings.value;
    const { opened, heldKnown } = settings.value;
    this.#anchored = opened && askedAtMillis !== undefined ? { opened, askedAtMillis } : undefined;
    this.view.beginSubscription(heldKnown);
    this.#feedKey = judged.value;
    this.#isDistrusted = false;
    return settings;
  }

  /** Takes one signed frame and applies it to the view. */
  async receive(signed: WireSignedFrame): Promise<Result<Applied, FeedFault>> {
    const feedKey = this.#feedKey;
    if (feedKey === undefined || signed.keyId !== feedKey.id) return refuse('frame_other_key');
    if (this.clock.now() >= feedKey.expiresAt * 1_000) return refuse('feed_key_expired');
    const bytes = join(frameDomain, signed.frame);
    if (!(await this.#isSigned(feedKey.key, bytes, signed.signature))) {
      return refuse('frame_signature_invalid');
    }
    const wire = decoded(() => this.#options.decoders.frame(signed.frame));
    const frame = wire && readFrame(wire);
    if (frame === undefined) return refuse('frame_malformed');
    // A frame that was held back on its way tells how the log stood when it was made, not now.
    const moment = this.#momentOf(frame);
    if (!moment.ok) return moment;
    const asOfMillis = moment.value;
    const applied = this.view.apply(frame, { feedKey: feedKey.id, asOfMillis });
    if (!applied.ok) {
      if (applied.error === 'broken_link') this.#keepCuts(frame);
      return applied;
    }
    for (const listener of this.#listeners) listener(applied.value);
    const lagMillis = this.clock.now() - frame.madeAtMicros / 1_000;
    const heldMillis = this.clock.monotonicMillis() - asOfMillis;
    return ok({ change: applied.value, lagMillis, heldMillis });
  }

  #momentOf(frame: FeedFrame): Result<number, 'frame_replayed'> {
    const anchored = this.#anchored;
    if (anchored === undefined) return ok(wallMoment(frame, this.clock));
    return anchoredMoment(frame, anchored, this.clock);
  }

  /** A gap is no reason to go on accepting what somebody has cut behind it. */
  #keepCuts(frame: FeedFrame): void {
    const entries = this.view.keepCuts(frame);
    if (entries.length === 0) return;
    for (const listener of this.#listeners) listener({ kind: 'added', entries });
  }

  #isSigned(
    key: FeedKey['key'],
    bytes: Uint8Array,
    signature: Uint8Array,
  ): boolean | Promise<boolean> {
    return signature.length === 64 && this.primitives.verify(key, bytes, signature);
  }
}

function join(domain: Uint8Array, bytes: Uint8Array): Uint8Array {
  const joined = new Uint8Array(domain.length + bytes.length);
  joined.set(domain);
  joined.set(bytes, domain.length);
  return joined;
}

function decoded<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch {
    return undefined;
  }
}
