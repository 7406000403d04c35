import type { SessionId } from '@creance/proto';
import type { Registry } from '../../broker/src/domain/registry.js';
import { handleOf } from '../../broker/src/doubles/ids.js';
import { Feed } from '../../broker/src/feed/feed.js';
import { openings } from '../../broker/src/feed/opening.js';
import type { Subscriber } from '../../broker/src/feed/subscriber.js';
import type { Entropy } from '../../broker/src/runtime/entropy.js';
import type { Store } from '../../broker/src/store/store.js';
import type { BrokerKeys } from '../../broker/src/tokens/broker-keys.js';
import { type FakeClock, testIdentity } from './store.js';
import { WorldVerifier, worldAudience } from './world-verifier.js';

/** Seconds of age at which the view is refreshed although it holds all: there are no heartbeats here. */
const refreshSeconds = 5;

/** The broker's feed and the verifier at its end. */
export class WorldLine {
  readonly verifier: WorldVerifier;
  readonly #clock: FakeClock;
  readonly #keys: Pick<BrokerKeys, 'anchor' | 'feed' | 'destinations'>;
  readonly #entropy: Entropy;
  #store: Store | undefined;
  #feed: Feed | undefined;
  #subscriber: Subscriber | undefined;

  constructor(
    clock: FakeClock,
    keys: Pick<BrokerKeys, 'anchor' | 'feed' | 'destinations'>,
    entropy: Entropy,
  ) {
    this.#clock = clock;
    this.#keys = keys;
    this.#entropy = entropy;
    this.verifier = new WorldVerifier(clock, keys.anchor.keyId);
  }

  /** Opens the feed of a broker process on its store. */
  open(store: Store): void {
    // The world's verifier is no session: its subscription is held up by the feed alone.
    const alive = {
      head: () => store.head(),
      auditHead: () => store.auditHead(),
      logAfter: store.logAfter.bind(store),
      isKnownRevision: store.isKnownRevision.bind(store),
      onLog: store.onLog.bind(store),
      standingRows: () => store.standingRows(),
      floor: () => store.floor(),
      raiseFloor: store.raiseFloor.bind(store),
      path: () => store.path(handleOf('verifier') as SessionId),
    };
    const { issuer } = testIdentity;
    const signer = this.#keys.feed;
    this.#store = store;
    this.#feed = new Feed({
      issuer,
      signer,
      clock: this.#clock,
      store: alive,
      entropy: this.#entropy,
      onOverflow: () => {},
    });
  }

  /** Ends the feed, as the end of its process does. */
  hangUp(): void {
    this.#feed?.close();
  }

  /** Waits until the verifier has all that the log holds, and a view that is young. */
  async catchUp(registry: Registry): Promise<void> {
    const { verifier } = this;
    await verifier.settled();
    const isCurrent = verifier.revision === this.#store?.head();
    if (isCurrent && verifier.ageSeconds < refreshSeconds) return;
    this.#subscribe(registry);
    await verifier.settled();
  }

  async close(): Promise<void> {
    this.hangUp();
    await this.verifier.close();
  }

  /** Subscribes anew from where the view stands. */
  #subscribe(registry: Registry): void {
    if (this.#subscriber) this.#feed?.unsubscribe(this.#subscriber);
    const nonce = this.#entropy.bytes(16);
    const resource = registry.resourceByAudience.get(worldAudience);
    if (resource === undefined) throw new Error('the world has lost its resource');
    const { anchor, feed, destinations } = this.#keys;
    const parts = { ...testIdentity, anchor, feed, destinations, now: () => this.#clock.now() };
    const standing = this.#feed?.standing(this.verifier.revision);
    this.verifier.asks();
    this.verifier.take(openings(parts).make(resource, nonce, standing), nonce);
    this.#subscriber = this.#feed?.subscribe(
      { session: handleOf('verifier') as SessionId, resource: 'crm' },
      { write: (bytes) => this.verifier.take(bytes, nonce), onDrain: () => {}, end: () => {} },
      this.verifier.revision,
    );
  }
}
