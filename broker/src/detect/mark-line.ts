import { contradiction } from '../domain/fact.js';
import type { Mark } from './mark.js';

/**
 * The proofs of one key that one source has seen, free of contradictions: counters ascend and times with
 * them. So a newcomer that agrees with its two neighbours agrees with all.
 */
export class MarkLine {
  readonly #marks: Mark[] = [];
  /** Of proofs without a counter only the latest can contradict anything. */
  #uncounted: Mark | undefined;

  /** How many proofs are remembered. */
  get size(): number {
    return this.#marks.length + (this.#uncounted === undefined ? 0 : 1);
  }

  /** A remembered proof that contradicts this one, if there is any. */
  against(mark: Mark, isSame: (one: Mark, other: Mark) => boolean): Mark | undefined {
    if (mark.counter === 0) return contradicting(this.#marks[0], mark);
    if (contradicting(this.#uncounted, mark) !== undefined) return this.#uncounted;
    // Nearly always the newest: nothing to search for.
    if (!this.#isAbove(mark.counter)) return contradicting(this.#marks.at(-1), mark);
    const at = this.#indexOf(mark.counter);
    const found = this.#marks[at];
    if (found?.counter === mark.counter) return isSame(found, mark) ? undefined : found;
    return contradicting(this.#marks[at - 1], mark) ?? contradicting(found, mark);
  }

  /** Whether there would be one proof more with this one. */
  growsBy({ counter }: Mark): boolean {
    if (counter === 0) return this.#uncounted === undefined;
    return !this.#isAbove(counter) || this.#marks[this.#indexOf(counter)]?.counter !== counter;
  }

  /** Remembers a proof that contradicts nothing here. */
  add(mark: Mark): void {
    if (mark.counter === 0) {
      if (mark.issuedAt > (this.#uncounted?.issuedAt ?? 0)) this.#uncounted = mark;
    } else if (!this.#isAbove(mark.counter)) this.#marks.push(mark);
    else {
      const at = this.#indexOf(mark.counter);
      if (this.#marks[at]?.counter !== mark.counter) this.#marks.splice(at, 0, mark);
    }
  }

  /** Forgets the proof with the lowest counter; false when there is none. */
  dropOldest(): boolean {
    if (this.#marks.shift() !== undefined) return true;
    const had = this.#uncounted !== undefined;
    this.#uncounted = undefined;
    return had;
  }

  /** Forgets what was seen before a time; gives how many that were. */
  expire(beforeMillis: number): number {
    const before = this.size;
    while ((this.#marks[0]?.seenMillis ?? beforeMillis) < beforeMillis) this.#marks.shift();
    if (this.#uncounted !== undefined && this.#uncounted.seenMillis < beforeMillis) {
      this.#uncounted = undefined;
    }
    return before - this.size;
  }

  /** Forgets one proof; false when it is not there. */
  remove(mark: Mark): boolean {
    if (this.#uncounted === mark) {
      this.#uncounted = undefined;
      return true;
    }
    const at = this.#marks.indexOf(mark);
    if (at >= 0) this.#marks.splice(at, 1);
    return at >= 0;
  }

  /** Whether the highest counter is not below. */
  #isAbove(counter: number): boolean {
    const last = this.#marks.at(-1);
    return last !== undefined && last.counter >= counter;
  }

  /** Index of the first proof whose counter is not below. */
  #indexOf(counter: number): number {
    let [low, high] = [0, this.#marks.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#marks[middle] as Mark).counter < counter) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function contradicting(known: Mark | undefined, mark: Mark): Mark | undefined {
  return known !== undefined && contradiction(known, mark) !== undefined ? known : undefined;
}
