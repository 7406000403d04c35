import { type AsnResponse, type CityResponse, Reader } from 'mmdb-lib';

/** Databases of networks that the operator supplies, in MaxMind's format; all may be absent. */
export interface NetworkSources {
  readonly asn: Buffer | undefined;
  readonly city: Buffer | undefined;
  /** Autonomous systems of the provider's own back ends: one network, wherever they are. */
  readonly providerAsns: ReadonlySet<number>;
}

/** Where a network is, in degrees. */
export interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

/** What is known of a folded address. */
export interface Located {
  /** The network as it is compared: its autonomous system where that is known, its prefix otherwise. */
  readonly network: string;
  readonly place: Place | undefined;
}

/** Prefixes whose answer is remembered. */
const prefixesKept = 10_000;

/**
 * Says which network a prefix belongs to and where it is, offline. Without databases a network is its
 * prefix and nobody travels.
 */
export class Networks {
  readonly #asn: Reader<AsnResponse> | undefined;
  readonly #city: Reader<CityResponse> | undefined;
  readonly #providers: ReadonlySet<number>;
  readonly #located = new Map<string, Located>();

  /** Throws when a database is not in its format. */
  constructor({ asn, city, providerAsns }: NetworkSources) {
    this.#asn = asn && new Reader<AsnResponse>(asn);
    this.#city = city && new Reader<CityResponse>(city);
    this.#providers = providerAsns;
  }

  /** Locates a prefix such as `192.0.2.0/24`. */
  locate(prefix: string): Located {
    const known = this.#located.get(prefix);
    if (known !== undefined) return known;
    if (this.#located.size >= prefixesKept) this.#located.clear();
    const located = this.#lookUp(prefix);
    this.#located.set(prefix, located);
    return located;
  }

  #lookUp(prefix: string): Located {
    const address = prefix.split('/')[0] ?? '';
    const number = this.#asn?.get(address)?.autonomous_system_number;
    if (number !== undefined && this.#providers.has(number))
      return { network: 'provider', place: undefined };
    const network = number === undefined ? prefix : `AS${number}`;
    const location = this.#city?.get(address)?.location;
    const { latitude, longitude } = location ?? {};
    const isPlaced = latitude !== undefined && longitude !== undefined;
    return { network, place: isPlaced ? { latitude, longitude } : undefined };
  }
}

/** Nobody travels faster than this, and what is nearer may be one database's guess against another's. */
const fastestKilometresPerHour = 800;
const nearestKilometres = 500;
const earthKilometres = 6_371;

/** Whether nobody can have gone from one place to the other in the time between. */
export function isImpossibleTravel(from: Place, to: Place, seconds: number): boolean {
  const kilometres = distance(from, to);
  if (kilometres <= nearestKilometres) return false;
  return kilometres > (fastestKilometresPerHour * Math.max(0, seconds)) / 3_600;
}

/** Along the great circle, by the haversine formula. */
function distance(from: Place, to: Place): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  const half =
    Math.sin(radians(to.latitude - from.latitude) / 2) ** 2 +
    Math.cos(radians(from.latitude)) *
      Math.cos(radians(to.latitude)) *
      Math.sin(radians(to.longitude - from.longitude) / 2) ** 2;
  return 2 * earthKilometres * Math.asin(Math.min(1, Math.sqrt(half)));
}
