import { ok, type Result, refuse } from '@creance/proto';
import { type Instant, unixSeconds } from '../domain/instant.js';
import { configurationFault, type StartFault } from '../start-fault.js';
import { type DestinationKeys, openDestinationKeys } from './destination-keys.js';
import { type KeyFault, type KeyIdentity, loadOrCreateKey } from './key-files.js';
import type { Signer } from './signing-key.js';
import { openTokenRing, type TokenKeyLives, type TokenRing } from './token-ring.js';

/** Every key of a broker, one for each purpose. */
export interface BrokerKeys {
  /** Signs statements about the feed key and nothing else; verifiers pin it. */
  readonly anchor: Signer;
  readonly feed: Signer;
  /** Signs checkpoints of the audit. */
  readonly audit: Signer;
  /**
   * Signs Security Event Tokens. There once, unlike token keys: what waits is unsigned and is signed as it is
   * sent, so that nothing of an earlier key is under way, and receivers look an unknown `kid` up. Another one
   * comes by removing the file and starting again.
   */
  readonly events: Signer;
  readonly ring: TokenRing;
  /** Hash destinations and sign nothing. */
  readonly destinations: DestinationKeys;
}

/** Loads the keys of a folder, or makes them on the first start. */
export function openKeys(
  folder: string,
  identity: KeyIdentity,
  now: Instant,
  lives?: TokenKeyLives,
): Result<BrokerKeys, StartFault> {
  const anchor = loadOrCreateKey(folder, 'anchor', identity);
  if (!anchor.ok) return asStartFault(anchor.error);
  const feed = loadOrCreateKey(folder, 'feed', identity);
  if (!feed.ok) return asStartFault(feed.error);
  const audit = loadOrCreateKey(folder, 'audit', identity);
  if (!audit.ok) return asStartFault(audit.error);
  const events = loadOrCreateKey(folder, 'events', identity);
  if (!events.ok) return asStartFault(events.error);
  const ring = openTokenRing(folder, identity, unixSeconds(now), lives);
  if (!ring.ok) return asStartFault(ring.error);
  const destinations = openDestinationKeys(folder, identity);
  if (!destinations.ok) return asStartFault(destinations.error);
  return ok({
    anchor: anchor.value,
    feed: feed.value,
    audit: audit.value,
    events: events.value,
    ring: ring.value,
    destinations: destinations.value,
  });
}

/** A key that cannot be used, as a fault of the start. */
export function asStartFault({ file, fault, fix }: KeyFault): Result<never, StartFault> {
  return refuse(configurationFault('key_unusable', `${file}: ${fault}`, fix));
}
