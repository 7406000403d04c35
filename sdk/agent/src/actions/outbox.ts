import { limits } from '../limits.js';
import type { SeenAction } from './action.js';

/** Actions that go out together, again under the same ids until they are acknowledged. */
export interface Batch {
  readonly actions: readonly SeenAction[];
  /** Actions dropped before it. */
  readonly dropped: number;
}

/**
 * Actions on their way out. Bounded: what does not fit is dropped and counted, and nothing that waits is
 * displaced by it. One batch at a time is out; it stays until it is acknowledged or given up.
 */
export class Outbox {
  #waiting: SeenAction[] = [];
  #batch: Batch | undefined;
  #tries = 0;
  #dropped = 0;

  /** Actions that wait or are out. */
  get size(): number {
    return this.#waiting.length + (this.#batch?.actions.length ?? 0);
  }

  /** Whether a whole batch waits. */
  get isDue(): boolean {
    return this.#waiting.length >= limits.reportActions;
  }

  /** Adds an action. Gives false when there is no room. */
  add(action: SeenAction): boolean {
    if (this.size >= limits.actionsWaiting) {
      this.#dropped += 1;
      return false;
    }
    this.#waiting.push(action);
    return true;
  }

  /** The batch that is out, else the next one; undefined when nothing waits. */
  next(): Batch | undefined {
    if (this.#batch === undefined && this.#waiting.length > 0) {
      const actions = this.#waiting.splice(0, limits.reportActions);
      this.#batch = { actions, dropped: this.#dropped };
    }
    if (this.#batch !== undefined) this.#tries += 1;
    return this.#batch;
  }

  /** The broker has a batch; of one that is out no more this changes nothing. */
  acknowledged(batch: Batch): void {
    if (batch !== this.#batch) return;
    this.#dropped -= batch.dropped;
    this.#forget();
  }

  /** How often the batch that is out was tried. */
  get tries(): number {
    return this.#tries;
  }

  /** Drops the batch that is out; gives how many actions it held. */
  giveUp(): number {
    const lost = this.#batch?.actions.length ?? 0;
    this.#dropped += lost;
    this.#forget();
    return lost;
  }

  /** Forgets everything; gives how many actions that were. */
  clear(): number {
    const { size } = this;
    this.#waiting = [];
    this.#forget();
    return size;
  }

  #forget(): void {
    this.#batch = undefined;
    this.#tries = 0;
  }
}
