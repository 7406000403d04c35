import { type Revision, revisionZero, type Thumbprint } from '@creance/proto';
import { Frame, Settings, SubscribeResponse } from '@creance/proto/wire';
import { createVerifier, Feed, type Verifier } from '@creance/verifier';
import type { Entropy } from '../../broker/src/runtime/entropy.js';
import { testIdentity } from '../support/store.js';
import type { HostClock } from './host-clock.js';
import type { VirtualTime, VirtualTimer } from './virtual-time.js';

/** A subscription as the broker's machine takes it. */
export interface Subscribing {
  readonly after: Revision;
  readonly nonce: Uint8Array;
  /** Takes an encoded SubscribeResponse. */
  readonly take: (bytes: Buffer) => void;
  readonly ended: () => void;
}

/** What a verifier's machine needs. */
export interface VerifierParts {
  readonly name: string;
  readonly time: VirtualTime;
  readonly clock: HostClock;
  readonly anchor: Thumbprint;
  readonly entropy: Entropy;
  /** Sends a subscription on its way. */
  readonly subscribe: (subscribing: Subscribing) => void;
}

/** Milliseconds of silence after which the line counts as dead, and before the next try. */
const silenceMillis = 5_000;
const retryMillis = 400;

/** Faults after which the view must come whole again, as `keep-current.ts` has them. */
const needsSnapshot: readonly string[] = ['broken_link', 'view_full', 'frame_malformed'];

/** The machine of a resource: the real feed, view and judge, and what keeps the view current. */
export class VerifierHost {
  readonly name: string;
  readonly clock: HostClock;
  feed: Feed;
  verifier: Verifier;
  /** Runs of the process so far. */
  runs = 1;
  readonly #parts: VerifierParts;
  #subscription = 0;
  #wantsSnapshot = true;
  #watchdog: VirtualTimer | undefined;

  constructor(parts: VerifierParts) {
    this.#parts = parts;
    this.name = parts.name;
    this.clock = parts.clock;
    this.feed = this.#newFeed();
    this.verifier = createVerifier({ feed: this.feed, entropy: entropyOf(parts.entropy) });
    this.#subscribe();
  }

  /** Ends the process and starts another, which knows nothing. */
  restart(): void {
    void this.verifier.close();
    this.feed = this.#newFeed();
    const entropy = entropyOf(this.#parts.entropy);
    this.verifier = createVerifier({ feed: this.feed, entropy });
    this.runs += 1;
    this.#wantsSnapshot = true;
    this.#subscribe();
  }

  #newFeed(): Feed {
    const { anchor, clock } = this.#parts;
    return new Feed({
      issuer: testIdentity.issuer,
      anchor,
      decoders: {
        frame: (bytes) => Frame.decode(bytes),
        settings: (bytes) => Settings.decode(bytes),
      },
      clock: clock.ofVerifier,
    });
  }

  #subscribe(): void {
    this.#subscription += 1;
    const own = this.#subscription;
    const { feed } = this;
    const { view } = feed;
    const nonce = this.#parts.entropy.bytes(16);
    // Messages of one stream are taken one after the other.
    let arriving: Promise<void> = Promise.resolve();
    const take = (bytes: Buffer) => {
      if (own !== this.#subscription) return;
      this.#rearm();
      arriving = arriving.then(async () => {
        if (own !== this.#subscription) return;
        const came = await takeMessage(feed, bytes, nonce);
        if (own !== this.#subscription) return;
        if (came === 'applied') this.#wantsSnapshot = false;
        else if (came !== 'heard') this.#lost(came);
      });
    };
    const after = this.#wantsSnapshot || !view.isWhole ? revisionZero : view.revision;
    const ended = () => own === this.#subscription && this.#lost('ended');
    this.#parts.subscribe({ after, nonce, take, ended });
    this.#rearm();
  }

  #lost(fault: string): void {
    if (needsSnapshot.includes(fault)) this.#wantsSnapshot = true;
    // What still comes over the old stream counts for nothing.
    this.#subscription += 1;
    const lost = this.#subscription;
    this.#watchdog?.cancel();
    this.#parts.time.after(retryMillis, () => {
      if (lost === this.#subscription) this.#subscribe();
    });
  }

  #rearm(): void {
    this.#watchdog?.cancel();
    this.#watchdog = this.#parts.time.after(silenceMillis, () => this.#lost('silent'));
  }
}

/** Takes one message: whether it brought the view up, was only heard, or what is wrong with it. */
async function takeMessage(feed: Feed, bytes: Buffer, nonce: Uint8Array): Promise<string> {
  const { kind } = SubscribeResponse.decode(bytes);
  if (kind?.$case === 'resync') return 'resync';
  if (kind?.$case === 'opening') {
    const opened = await feed.open(kind.value, nonce);
    return opened.ok ? 'heard' : opened.error;
  }
  if (kind?.$case !== 'frame') return 'heard';
  const applied = await feed.receive(kind.value);
  if (applied.ok) return applied.value.change.kind === 'part' ? 'heard' : 'applied';
  return applied.error === 'frame_replayed' ? 'heard' : applied.error;
}

function entropyOf(entropy: Entropy) {
  return { bytes: (length: number) => entropy.bytes(length) as Uint8Array<ArrayBuffer> };
}
