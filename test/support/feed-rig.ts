import { type Handle, type Revision, revisionZero } from '@creance/proto';
import { Frame, Settings, SubscribeResponse } from '@creance/proto/wire';
import { type FeedFault, Feed as VerifierFeed, type ViewChange } from '@creance/verifier';
import { type Instant, plusSeconds } from '../../broker/src/domain/instant.js';
import { FakeClock } from '../../broker/src/doubles/fake-clock.js';
import { FakeLog } from '../../broker/src/doubles/feed.js';
import { handleOf, sessionIdOf } from '../../broker/src/doubles/ids.js';
import { resourceOf } from '../../broker/src/doubles/registries.js';
import { newSigner } from '../../broker/src/doubles/signed.js';
import { Feed } from '../../broker/src/feed/feed.js';
import { type Openings, openings } from '../../broker/src/feed/opening.js';
import type { Subscriber } from '../../broker/src/feed/subscriber.js';
import type { LogRow } from '../../broker/src/store/store.js';
import type { Signer } from '../../broker/src/tokens/signing-key.js';

const issuer = 'https://creance.example.internal';

/** What became of one message. */
export type Arrived = ViewChange['kind'] | 'opened' | FeedFault;

/** One end of the line: a verifier's feed, and the messages that are on their way to it. */
export class RigVerifier {
  readonly feed: VerifierFeed;
  /** Messages on the way, oldest first. */
  readonly inbox: Buffer[] = [];
  wallStepMillis = 0;
  subscriber: Subscriber | undefined;
  nonce: Uint8Array = new Uint8Array(16);
  askedAtMillis = 0;

  constructor(rig: FeedRig) {
    const { clock } = rig;
    this.feed = new VerifierFeed({
      issuer,
      anchor: rig.anchor.keyId,
      decoders: {
        frame: (bytes) => Frame.decode(bytes),
        settings: (bytes) => Settings.decode(bytes),
      },
      clock: {
        now: () => clock.now() / 1_000 + this.wallStepMillis,
        // Its steady clock began at another moment than the broker's.
        monotonicMillis: () => clock.monotonicMillis() + 5_000_000,
        after: () => ({ cancel: () => {} }),
      },
    });
  }

  /** Seconds of the view's age. */
  get ageSeconds(): number {
    return this.feed.view.ageMillis(this.feed.clock.monotonicMillis()) / 1_000;
  }

  /** Takes one message as the transport does. */
  async take(bytes: Buffer): Promise<Arrived> {
    const { kind } = SubscribeResponse.decode(bytes);
    if (kind?.$case === 'opening') {
      const opened = await this.feed.open(kind.value, this.nonce, this.askedAtMillis);
      return opened.ok ? 'opened' : opened.error;
    }
    if (kind?.$case !== 'frame') throw new Error('the rig sends openings and frames');
    const applied = await this.feed.receive(kind.value);
    return applied.ok ? applied.value.change.kind : applied.error;
  }

  /** Takes everything that is on the way. */
  async takeAll(): Promise<readonly Arrived[]> {
    const arrived: Arrived[] = [];
    for (const bytes of this.inbox.splice(0)) arrived.push(await this.take(bytes));
    return arrived;
  }

  /** Whether its view refuses what carries these handles at a `rev`. */
  refuses(handles: readonly Handle[], rev: Revision): boolean {
    return this.feed.view.faultOf(handles, rev) !== undefined;
  }
}

/** A log in memory, whose sessions live for ever. */
class RigLog extends FakeLog {
  readonly #clock: FakeClock;

  constructor(clock: FakeClock) {
    super();
    this.#clock = clock;
  }

  override path(id: string): ReturnType<FakeLog['path']> {
    const now = this.#clock.now();
    const absoluteEndAt = plusSeconds(now, 3_600);
    return super.path(id).map((session) => ({ ...session, activeAt: now, absoluteEndAt }));
  }
}

/** The broker's real feed over a log in memory, and verifiers' real feeds at the other end. */
export class FeedRig {
  readonly clock: FakeClock = new FakeClock();
  readonly anchor: Signer = newSigner();
  readonly signer: Signer = newSigner();
  log: FakeLog = new RigLog(this.clock);
  feed: Feed;
  /** When the broker's machine was started, by the clock of the rig: its steady clock counts from there. */
  bootedAtMillis = 0;
  #nonces = 0;

  constructor() {
    this.feed = this.#open();
  }

  /** The broker's process ends and another one begins, over the same log or another one. */
  restart(log: FakeLog = this.log): void {
    this.feed.close();
    this.log = log;
    this.feed = this.#open();
  }

  /** Subscribes anew: from where the view stands, or for a whole view. */
  subscribe(verifier: RigVerifier, after: Revision = verifier.feed.view.revision): void {
    this.hangUp(verifier);
    this.#nonces += 1;
    verifier.nonce = new Uint8Array(16).fill(this.#nonces % 256);
    verifier.nonce[0] = this.#nonces >> 8;
    verifier.askedAtMillis = verifier.feed.clock.monotonicMillis();
    const standing = this.feed.standing(verifier.feed.view.revision);
    verifier.inbox.push(this.#openings().make(resourceOf(), verifier.nonce, standing));
    const line = {
      write: (bytes: Buffer) => {
        verifier.inbox.push(bytes);
        return true;
      },
      onDrain: () => {},
      end: () => {},
    };
    const name = { session: sessionIdOf('verifier'), resource: 'crm' };
    verifier.subscriber = this.feed.subscribe(name, line, after);
  }

  /** Ends a subscription; what was on the way is lost. */
  hangUp(verifier: RigVerifier): void {
    if (verifier.subscriber !== undefined) this.feed.unsubscribe(verifier.subscriber);
    verifier.subscriber = undefined;
    verifier.inbox.length = 0;
  }

  /** Revision that the next row gets. */
  get next(): Revision {
    return Math.max(this.log.head() + 1, this.clock.now()) as Revision;
  }

  /** Appends one row. */
  append(entry: LogRow['entry']): Revision {
    const revision = this.next;
    this.log.append({ revision, entry });
    return revision;
  }

  /** Cuts what has a name. */
  cut(name: string, absolute = true): Revision {
    return this.append({ kind: 'handle', handle: handleOf(name), absolute });
  }

  /** Counts one more record of the audit. */
  audit(text = ''): void {
    const sequence = this.log.audit.sequence + 1;
    const hash = Buffer.alloc(32);
    hash.write(`${sequence} ${text}`);
    this.log.audit = { sequence, hash };
  }

  /** A log that knows what this one knows now. */
  backup(): FakeLog {
    const log = new RigLog(this.clock);
    log.commit(...this.log.rows);
    log.audit = this.log.audit;
    return log;
  }

  close(): void {
    this.feed.close();
  }

  #open(): Feed {
    const { signer, log: store } = this;
    const clock = {
      now: () => this.clock.now(),
      monotonicMillis: () => this.clock.monotonicMillis() - this.bootedAtMillis,
    };
    return new Feed({ issuer, signer, clock, store, onOverflow: () => {} });
  }

  #openings(): Openings {
    const { anchor, signer: feed } = this;
    const destinations = { of: (): Buffer => Buffer.alloc(32, 7) };
    return openings({
      issuer,
      dev: false,
      anchor,
      feed,
      destinations,
      now: (): Instant => this.clock.now(),
    });
  }
}

/** Nothing is held. */
export const nothing: Revision = revisionZero;
