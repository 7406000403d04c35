import { type Revision, revisionZero } from '@creance/proto';
import { limits } from '../domain/limits.js';

/** Where the log stood at a moment of the steady clock. */
interface Stood {
  readonly head: Revision;
  readonly atMillis: number;
}

const floorMillis = limits.floorSeconds * 1_000;
const stepMillis = limits.floorStepSeconds * 1_000;

/**
 * How high the floor may lie. A token that is issued after a look at the log has the head of then for its
 * `rev`, or more; so once a look is older than any token can be, no token below it lives. By the steady
 * clock alone: a wall clock that steps neither kills what lives nor keeps what is dead. A start knows of
 * nothing before it, and waits.
 */
export class FloorRise {
  /** The oldest first; one each `floorStepSeconds`. */
  readonly #looks: Stood[] = [];
  #floor: Revision = revisionZero;

  /** Looks at the log; gives the highest revision below which no token lives. */
  look(head: Revision, nowMillis: number): Revision {
    for (let oldest = this.#looks[0]; oldest !== undefined; oldest = this.#looks[0]) {
      if (nowMillis - oldest.atMillis < floorMillis) break;
      this.#floor = oldest.head;
      this.#looks.shift();
    }
    const last = this.#looks.at(-1);
    if (last === undefined || nowMillis - last.atMillis >= stepMillis) {
      this.#looks.push({ head, atMillis: nowMillis });
    }
    return this.#floor;
  }
}
