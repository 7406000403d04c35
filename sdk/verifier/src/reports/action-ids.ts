import { actionIdsRemembered } from '../limits.js';

/**
 * Ids that agents gave to their actions lately. The broker counts an id once, so an id that came before, of
 * whomever, must name no second action: whoever has a session's key would let all but his first vanish.
 */
export class ActionIds {
  readonly #max: number;
  #young = new Set<string>();
  #old = new Set<string>();

  constructor(max: number = actionIdsRemembered) {
    this.#max = max;
  }

  /** Whether an id was used. Forgets ids only after `max` newer ones. */
  isUsed(id: string): boolean {
    return this.#young.has(id) || this.#old.has(id);
  }

  /** Notes that an id is used. */
  use(id: string): void {
    if (this.#young.size >= this.#max) {
      this.#old = this.#young;
      this.#young = new Set();
    }
    this.#young.add(id);
  }
}
