import { type Instant, plusSeconds } from '../../domain/instant.js';
import type { Entry } from './entry.js';

/** Seconds for which an ended session stays in memory, so that its own calls hear how it ended. */
export const shelfSeconds = 3_600;

/** Ended sessions in memory; beyond it the one that ended first is forgotten sooner. */
export const shelfEntries = 100_000;

/** Sessions that ended lately, the first to be forgotten first. */
export class Shelf {
  readonly #putAt = new Map<Entry, Instant>();
  readonly #forget: (entry: Entry) => void;

  constructor(forget: (entry: Entry) => void) {
    this.#forget = forget;
  }

  put(entry: Entry, now: Instant): void {
    if (!this.#putAt.has(entry)) this.#putAt.set(entry, now);
  }

  /** Forgets what was put here long ago, or what is too much. */
  sweep(now: Instant): void {
    for (const [entry, putAt] of this.#putAt) {
      if (plusSeconds(putAt, shelfSeconds) > now && this.#putAt.size <= shelfEntries) return;
      this.#putAt.delete(entry);
      this.#forget(entry);
    }
  }
}
