import type { Entropy } from '../runtime/entropy.js';

/** For tests: ids in order, and the fraction that the test sets. */
export class FakeEntropy implements Entropy {
  #count = 0;
  nextFraction: number;

  constructor(fraction = 0.5) {
    this.nextFraction = fraction;
  }

  text(bytes: number): string {
    this.#count += 1;
    return Buffer.alloc(bytes, `entropy-${this.#count}-`).toString('base64url');
  }

  fraction(): number {
    return this.nextFraction;
  }
}
