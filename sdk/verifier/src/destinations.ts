import {
  canonicalDestination,
  type DestinationHash,
  type DestinationKind,
  decodeBase64url,
  destinationCharsMax,
  destinationHashOfMac,
  destinationKinds,
  destinationMessage,
  destinationUnreadable,
} from '@creance/proto';
import { destinationsReadMax } from './limits.js';
import type { Primitives } from './primitives.js';

/** Something that an action is aimed at: a recipient, a table, a package. */
export interface Destination {
  readonly kind: DestinationKind;
  /** In any form; what is none of its kind is told as one that cannot be read. */
  readonly value: string;
}

/** What an action was aimed at, in plain: to be hashed, and never kept, logged or sent. */
export interface SeenDestinations {
  readonly named: readonly Destination[];
  /** Destinations beyond those that are looked at. */
  readonly unread: number;
}

/**
 * Takes what a resource names, as far as it is looked at. A value that is no text, or too long to have a
 * canonical form, is not kept. Throws for what is no list, and for a kind that is none.
 */
export function seenDestinations(given: readonly Destination[]): SeenDestinations {
  if (!Array.isArray(given)) throw new TypeError('destinations are a list');
  const named = given.slice(0, destinationsReadMax).map(({ kind, value }: Destination) => {
    if (!destinationKinds.includes(kind)) throw new TypeError('a destination has a known kind');
    const isRead = typeof value === 'string' && value.length <= destinationCharsMax;
    return { kind, value: isRead ? value : destinationUnreadable };
  });
  return { named, unread: given.length - named.length };
}

/** The key by which a resource's destinations are hashed. It shows its bytes to nobody, in no form. */
export class DestinationKey {
  readonly #bytes: Uint8Array<ArrayBuffer>;

  /** Takes the 32 bytes that the broker's settings hold. */
  constructor(bytes: Uint8Array) {
    this.#bytes = new Uint8Array(bytes);
  }

  /** What stands for a destination; of one without canonical form, what stands for all such of its kind. */
  async hashOf({ kind, value }: Destination, primitives: Primitives): Promise<DestinationHash> {
    const canonical = canonicalDestination(kind, value);
    const text = canonical.ok ? canonical.value : destinationUnreadable;
    const mac = await primitives.hmac(this.#bytes, destinationMessage(kind, text));
    return destinationHashOfMac(decodeBase64url(mac) ?? new Uint8Array(0));
  }
}
