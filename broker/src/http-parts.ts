import { ok, type Result } from '@creance/proto';
import type { BrokerConfig } from './config.js';
import { openHttpDoor } from './http/door.js';
import type { PublishedKey } from './http/jwks.js';
import type { TlsMaterial } from './rpc/front.js';
import type { Clock } from './runtime/clock.js';
import type { Entropy } from './runtime/entropy.js';
import type { StartFault } from './start-fault.js';
import type { Meters } from './telemetry/meters.js';
import type { BrokerKeys } from './tokens/broker-keys.js';

/** What the HTTP door stands on. */
export interface RoomsOfHttp {
  readonly keys: Pick<BrokerKeys, 'events'> & { readonly ring: Pick<BrokerKeys['ring'], 'keys'> };
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly meters: Pick<Meters, 'limitHit'>;
  readonly logger: { error(fields: object, text: string): void };
}

/** The HTTP door of a running broker, or its absence. */
export interface RunningHttp {
  readonly origin: string | undefined;
  /** Serves by another certificate from the next handshake on. */
  useTls(tls: TlsMaterial): void;
  /** Says from now on that the broker does not serve. */
  drain(): void;
  close(): Promise<void>;
}

/** Opens the HTTP door where there is to be one. */
export async function startHttpDoor(
  { httpListen, tls }: Pick<BrokerConfig, 'httpListen' | 'tls'>,
  { keys, clock, entropy, meters, logger }: RoomsOfHttp,
): Promise<Result<RunningHttp, StartFault>> {
  if (httpListen === undefined)
    return ok({ origin: undefined, useTls() {}, drain() {}, async close() {} });
  let isReady = true;
  const door = await openHttpDoor({
    listen: httpListen,
    tls,
    keys: () => publishedKeys(keys),
    isReady: () => isReady,
    clock,
    requestId: () => Buffer.from(entropy.bytes(16)).toString('base64url'),
    limitHit: (name) => meters.limitHit(name),
    onFault: (fault, requestId) =>
      logger.error({ requestId, fault: fault.message }, 'HTTP request failed'),
  });
  if (!door.ok) return door;
  return ok({
    origin: door.value.origin,
    useTls: (pair) => door.value.useTls(pair),
    drain() {
      isReady = false;
    },
    close: () => door.value.close(),
  });
}

/** Every key that a token may still be by, and the one that signs events. Keys that were cut are in no ring. */
function publishedKeys({ ring, events }: RoomsOfHttp['keys']): readonly PublishedKey[] {
  const tokens = ring.keys().map(({ signer: { keyId, jwk } }) => {
    return { keyId, jwk, signs: 'tokens' as const };
  });
  return [...tokens, { keyId: events.keyId, jwk: events.jwk, signs: 'events' as const }];
}
