import { expect } from 'vitest';
import type { World } from './world.js';

/** Needles of one history at most: the last ones. */
const needlesMax = 40;

/** Bearer material that a history has handed out. */
export class SecretsSeen {
  readonly #texts: string[] = [];

  add(text: string): void {
    this.#texts.push(text);
    if (this.#texts.length > needlesMax) this.#texts.shift();
  }

  /** Law 8: nothing of it, and no private key of the broker, lies in the store's files. */
  check(world: World): void {
    const atRest = world.bytesAtRest();
    expect(atRest.includes('broker_started'), 'the files were looked at').toBe(true);
    // breaks law 8 when: a command puts the token, or a join token in place of its hash, into the audit
    for (const text of [...this.#texts, ...world.privateKeys()]) {
      // The signature of a token is as good as the whole.
      expect(atRest.includes(text.split('.').at(-1) as string)).toBe(false);
    }
  }
}
