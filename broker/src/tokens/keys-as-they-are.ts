import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ok, type Result, refuse } from '@creance/proto';
import { type Instant, unixSeconds } from '../domain/instant.js';
import { configurationFault, type StartFault } from '../start-fault.js';
import { asStartFault, type BrokerKeys } from './broker-keys.js';
import { openDestinationKeys } from './destination-keys.js';
import {
  type KeyIdentity,
  loadOrCreateKey,
  loadTokenKeys,
  type SingleKeyPurpose,
  type TokenKeyFile,
} from './key-files.js';

/** Keys of a broker that issues nothing. */
export interface KeysAsTheyAre
  extends Pick<BrokerKeys, 'anchor' | 'feed' | 'events' | 'destinations'> {
  /** Token keys that have not retired, the oldest first. None of them signs. */
  readonly tokens: readonly TokenKeyFile[];
}

const needed = ['anchor', 'feed', 'events', 'destinations'] as const;

/** Loads the keys that verifiers know, and makes none: another anchor would be another broker. */
export function keysAsTheyAre(
  folder: string,
  identity: KeyIdentity,
  now: Instant,
): Result<KeysAsTheyAre, StartFault> {
  const missing = needed
    .map((name) => join(folder, `${name}.json`))
    .find((file) => !existsSync(file));
  if (missing !== undefined) {
    const fix = 'put the key folder back: without its anchor no verifier believes a cut';
    return refuse(configurationFault('key_missing', `${missing} is not there`, fix));
  }
  const load = (purpose: SingleKeyPurpose) => loadOrCreateKey(folder, purpose, identity);
  const [anchor, feed, events] = [load('anchor'), load('feed'), load('events')];
  const tokens = loadTokenKeys(folder, identity, unixSeconds(now));
  const destinations = openDestinationKeys(folder, identity);
  if (!anchor.ok) return asStartFault(anchor.error);
  if (!feed.ok) return asStartFault(feed.error);
  if (!events.ok) return asStartFault(events.error);
  if (!tokens.ok) return asStartFault(tokens.error);
  if (!destinations.ok) return asStartFault(destinations.error);
  return ok({
    anchor: anchor.value,
    feed: feed.value,
    events: events.value,
    destinations: destinations.value,
    tokens: tokens.value,
  });
}
