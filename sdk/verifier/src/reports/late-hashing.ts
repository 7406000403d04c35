import { type DestinationHash, destinationUnreadable } from '@creance/proto';
import type { Destination, DestinationKey, SeenDestinations } from '../destinations.js';
import { destinationsMax } from '../limits.js';
import type { Primitives } from '../primitives.js';
import type { Clock, Timer } from '../runtime/clock.js';

/** Bytes of a hash in a message, its tag included. */
const hashBytes = 18;

/** Sightings whose destinations are hashed in one go, before others have their turn. */
const sliceSightings = 32;

type Hash = (seen: SeenDestinations) => Promise<readonly DestinationHash[] | undefined>;

/** The destinations of one sighting: in plain until they are hashed, and not a moment longer. */
export class Aimed {
  /** Bytes that the hashes take in a message, at most. */
  readonly bytesMax: number;
  readonly #hash: Hash;
  #plain: SeenDestinations | undefined;
  #hashing: Promise<void> | undefined;
  #hashes: readonly DestinationHash[] | undefined;

  constructor(seen: SeenDestinations, hash: Hash) {
    const told = seen.named.length + (seen.unread > 0 ? 1 : 0);
    this.bytesMax = hashBytes * Math.min(destinationsMax, told);
    this.#plain = seen;
    this.#hash = hash;
  }

  /** The hashes, once they are made; undefined before, and when there is no key to make them with. */
  get hashes(): readonly DestinationHash[] | undefined {
    return this.#hashes;
  }

  /** Resolves when the hashes are made. However often it is called, they are made once. */
  settle(): Promise<void> {
    this.#hashing ??= this.#make();
    return this.#hashing;
  }

  async #make(): Promise<void> {
    const plain = this.#plain;
    this.#plain = undefined;
    if (plain !== undefined) this.#hashes = await this.#hash(plain);
  }
}

/** Parts of it. */
export interface LateHashingParts {
  /** The key of the resource; undefined while no broker has told one. */
  readonly destinationKey?: (() => DestinationKey | undefined) | undefined;
  readonly primitives: Primitives;
  readonly clock: Clock;
}

/**
 * Hashes destinations off the path of requests, soon after it: plain ones do not wait for a broker that is
 * away. Of each sighting at most 16 distinct ones are told. Of more the first 15 are, and in the last place
 * one that cannot be read, which nobody can have declared: else whoever puts 16 declared ones first hides all
 * that come after.
 */
export class LateHashing {
  readonly #parts: LateHashingParts;
  #waiting: Aimed[] = [];
  #timer: Timer | undefined;
  #over = 0;

  constructor(parts: LateHashingParts) {
    this.#parts = parts;
  }

  /** Takes destinations, which are hashed when `later` has been called or somebody settles them. */
  take(seen: SeenDestinations): Aimed {
    return new Aimed(seen, (each) => this.#hashesOf(each));
  }

  /** Hashes them soon. */
  later(aimed: Aimed): void {
    this.#waiting.push(aimed);
    this.#timer ??= this.#parts.clock.after(0, () => void this.#slice());
  }

  /** Sightings that were aimed at more than is told, since it was asked last. */
  takeOver(): number {
    const over = this.#over;
    this.#over = 0;
    return over;
  }

  /** Hashes nothing more by itself. */
  close(): void {
    this.#timer?.cancel();
    this.#waiting = [];
  }

  async #slice(): Promise<void> {
    const now = this.#waiting.splice(0, sliceSightings);
    // A fault of ours is met again, and told, by whoever makes the report.
    await Promise.allSettled(now.map((aimed) => aimed.settle()));
    this.#timer = undefined;
    if (this.#waiting.length > 0) {
      this.#timer = this.#parts.clock.after(0, () => void this.#slice());
    }
  }

  async #hashesOf({
    named,
    unread,
  }: SeenDestinations): Promise<readonly DestinationHash[] | undefined> {
    const key = this.#parts.destinationKey?.();
    if (key === undefined) return undefined;
    const hashOf = (each: Destination) => key.hashOf(each, this.#parts.primitives);
    const hashes = new Set<DestinationHash>();
    let over = unread > 0 ? named.at(-1)?.kind : undefined;
    for (const each of named) {
      const hash = await hashOf(each);
      if (hashes.size < destinationsMax) hashes.add(hash);
      else if (!hashes.has(hash)) over ??= each.kind;
    }
    if (over === undefined) return [...hashes];
    this.#over += 1;
    const mark = await hashOf({ kind: over, value: destinationUnreadable });
    return [...new Set([...hashes].slice(0, destinationsMax - 1)).add(mark)];
  }
}
