import { destinationKeyBytes, ok, type Result, refuse, uriCharsMax } from '@creance/proto';
import { DestinationKey } from './destinations.js';
import { readSteady, type SteadyReading } from './frame.js';
import { maxStaleSecondsMax } from './limits.js';

/** What a verifier does when its view is too old: refuse, or allow and flag. */
export type Strictness = 'strict' | 'bestEffort';

/** Decoded Settings of creance.v1, by their shape. */
export interface WireSettings {
  readonly resource: string;
  readonly audience: string;
  readonly strictness: number;
  readonly maxStaleSeconds: number;
  readonly heartbeatSeconds: number;
  readonly nonce: Uint8Array;
  readonly issuer: string;
  /** 32 bytes; empty from a broker that knows of no destinations. */
  readonly destinationKey: Uint8Array;
  readonly clockId?: Uint8Array | undefined;
  readonly openedAtSteadyMicros?: bigint | undefined;
  readonly heldKnown?: boolean | undefined;
}

/** What the broker's manifest says of the verifier's resource. */
export interface FeedSettings {
  /** The resource's registered name. */
  readonly resource: string;
  /** The only `aud` that the verifier may accept. */
  readonly audience: string;
  readonly strictness: Strictness;
  /** Age in seconds from which on a view is stale. */
  readonly maxStaleSeconds: number;
  /** Seconds between heartbeats. */
  readonly heartbeatSeconds: number;
  /** Hashes the destinations of the resource; undefined when the broker gives no key. */
  readonly destinationKey: DestinationKey | undefined;
  /** The broker's steady clock when it opened the subscription; undefined from older brokers. */
  readonly opened: SteadyReading | undefined;
  /** Whether the log has stood where our view does; undefined from older brokers. */
  readonly heldKnown: boolean | undefined;
}

/** Why settings count for nothing, their signature aside. */
export type SettingsFault =
  | 'settings_malformed'
  | 'settings_other_issuer'
  /** The settings answer another subscription: they may be old. */
  | 'settings_replayed'
  /** The settings are of another resource than the verifier was told to serve. */
  | 'settings_other_resource';

/** What the verifier asked for. */
export interface Asked {
  readonly issuer: string;
  readonly nonce: Uint8Array;
  readonly resource: string | undefined;
}

const strictnesses: readonly (Strictness | undefined)[] = [undefined, 'strict', 'bestEffort'];

/** Reads decoded settings and compares them with what was asked. */
export function readSettings(
  wire: WireSettings,
  asked: Asked,
): Result<FeedSettings, SettingsFault> {
  const { resource, audience, maxStaleSeconds, heartbeatSeconds, destinationKey: key } = wire;
  const strictness = strictnesses[wire.strictness];
  if (strictness === undefined || resource === '') return refuse('settings_malformed');
  if (audience === '' || audience.length > uriCharsMax) return refuse('settings_malformed');
  if (maxStaleSeconds < 1 || maxStaleSeconds > maxStaleSecondsMax || heartbeatSeconds < 1) {
    return refuse('settings_malformed');
  }
  if (key.length !== 0 && key.length !== destinationKeyBytes) return refuse('settings_malformed');
  if (wire.issuer !== asked.issuer) return refuse('settings_other_issuer');
  if (!isSame(wire.nonce, asked.nonce)) return refuse('settings_replayed');
  if (asked.resource !== undefined && asked.resource !== resource) {
    return refuse('settings_other_resource');
  }
  const opened = readSteady(wire.clockId, wire.openedAtSteadyMicros);
  if (opened === null) return refuse('settings_malformed');
  const destinationKey = key.length === 0 ? undefined : new DestinationKey(key);
  return ok({
    resource,
    audience,
    strictness,
    maxStaleSeconds,
    heartbeatSeconds,
    destinationKey,
    opened,
    heldKnown: wire.heldKnown,
  });
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
