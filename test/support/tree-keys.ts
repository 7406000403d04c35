import { TestKey } from './test-key.js';

/**
 * Keys for many worlds: each world has a store of its own, so that they may all begin with the same key.
 * Two worlds then also have the same keys in the same order.
 */
export class KeyPool {
  readonly #keys: TestKey[] = [];

  /** Where a world gets its keys from. */
  fromTheFirst(): () => TestKey {
    let taken = 0;
    return () => {
      const key = this.#keys[taken] ?? new TestKey();
      this.#keys[taken] = key;
      taken += 1;
      return key;
    };
  }
}
