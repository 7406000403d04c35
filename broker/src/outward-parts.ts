import { joinDeliveries, type RunningDeliveries } from './delivery-parts.js';
import type { CurrentRegistry } from './domain/registry.js';
import { joinEvents, type RunningEvents } from './event-parts.js';
import { Feed } from './feed/feed.js';
import type { Clock } from './runtime/clock.js';
import type { Entropy } from './runtime/entropy.js';
import type { Store, StoreIdentity } from './store/store.js';
import type { Meters } from './telemetry/meters.js';
import type { TellLogger } from './tell-parts.js';
import type { BrokerKeys } from './tokens/broker-keys.js';

/** What tells others of what happens stands on. */
export interface RoomsOutward {
  readonly identity: StoreIdentity;
  readonly keys: BrokerKeys;
  readonly store: Store;
  readonly registry: CurrentRegistry;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly meters: Meters;
  readonly logger: TellLogger;
}

/** The ways outward: cuts to verifiers, events to operators, Security Event Tokens to owners. */
export interface Outward {
  readonly feed: Feed;
  readonly events: RunningEvents;
  readonly deliveries: RunningDeliveries;
  /** Ends events and deliveries; the feed is the edge's to end. Before the store. */
  close(): Promise<void>;
}

/** Opens the ways outward. */
export function openOutward(rooms: RoomsOutward): Outward {
  const { identity, keys, store, registry, clock, entropy, meters } = rooms;
  const { issuer } = identity;
  const feed = new Feed({
    issuer,
    signer: keys.feed,
    clock,
    entropy,
    store,
    onOverflow: ({ resource }) => meters.subscriberLetGo(resource),
    enforced: {
      onEach(rows, resource, millis) {
        meters.acknowledged(resource, millis);
        events.enforcement.enforced(rows, resource, millis);
      },
      onLast(rows, millis) {
        meters.acknowledgedByAll(millis);
        events.enforcement.enforcedByAll(rows, millis);
      },
    },
  });
  const deliveries = joinDeliveries({ ...rooms, issuer, signer: keys.events });
  const events = joinEvents({
    store,
    registry,
    clock,
    meters,
    onSignal: (occurrence) => deliveries.tell(occurrence),
  });
  return {
    feed,
    events,
    deliveries,
    async close() {
      events.close();
      await deliveries.close();
    },
  };
}
