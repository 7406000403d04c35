import type { Watch } from './detect/live/watch.js';
import { openWitness, type Witness } from './detect/witness.js';
import type { CurrentRegistry } from './domain/registry.js';
import type { Feed } from './feed/feed.js';
import type { Clock } from './runtime/clock.js';
import type { Store, StoreIdentity } from './store/store.js';
import type { Meters } from './telemetry/meters.js';
import type { Telling } from './tell-parts.js';
import type { BrokerKeys } from './tokens/broker-keys.js';
import { openGenuineTokens } from './tokens/genuine-token.js';
import { openCutTokens } from './tokens/genuine-token-cuts.js';
import { openTheftProofs } from './tokens/theft-proofs.js';

/** What the witness room stands on. */
export interface RoomsOfWitness {
  readonly registry: CurrentRegistry;
  readonly identity: StoreIdentity;
  readonly keys: BrokerKeys;
  readonly store: Store;
  readonly feed: Pick<Feed, 'askProofs'>;
  readonly clock: Clock;
  readonly meters: Meters;
  /** The watch over action chains. */
  readonly profile: Watch;
  readonly telling: Telling;
}

/** Joins the witness room: facts are made of the broker's own keys, and every answer is written down. */
export function joinWitness(rooms: RoomsOfWitness): Witness {
  const { registry, identity, keys, store, feed, clock, meters, profile, telling } = rooms;
  const cuts = openCutTokens(store);
  const { issuer } = identity;
  const genuineToken = openGenuineTokens({ issuer, ring: keys.ring, store, cuts });
  return openWitness({
    store,
    feed,
    clock,
    registry,
    profile,
    proofs: openTheftProofs({ genuineToken, store }),
    limitHit: (name) => meters.limitHit(name),
    onSignal: telling.signal,
    onAnswered: telling.answered,
    onFault: telling.fault,
  });
}
