import { seededUints } from '../support/seeded.js';

/** All chance of a world: the same seed throws the same numbers for ever, on any machine. */
export class Dice {
  readonly #uint: () => number;

  constructor(seed: number) {
    this.#uint = seededUints(seed ^ 0x9e3779b9);
    // Seeds that lie side by side begin alike without it.
    for (let at = 0; at < 4; at += 1) this.next();
  }

  /** A number from zero up to, and without, one. */
  next(): number {
    return this.#uint() / 2 ** 32;
  }

  /** A whole number below `end`. */
  below(end: number): number {
    return Math.floor(this.next() * end);
  }

  /** Whether something that happens with this share happens now. */
  chance(share: number): boolean {
    return this.next() < share;
  }

  /** One of a list; undefined when it is empty. */
  pick<T>(list: readonly T[]): T | undefined {
    return list[this.below(list.length)];
  }

  /** One of several by their weights; there is at least one. */
  weighed<T>(choices: readonly (readonly [T, number])[]): T {
    const sum = choices.reduce((total, [, weight]) => total + weight, 0);
    let at = this.next() * sum;
    for (const [choice, weight] of choices) {
      at -= weight;
      if (at < 0) return choice;
    }
    return (choices[0] as readonly [T, number])[0];
  }
}
