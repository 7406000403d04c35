import { afterEach, beforeEach } from 'vitest';
import type { OpenStore, SomeLimits, StoreUnderTest } from '../../support/store.js';

/** A fresh store before each test, gone after it. `open` gives another one with bounds of its own. */
export function freshStore(
  openStore: OpenStore,
  limits?: SomeLimits,
): { readonly current: StoreUnderTest; with(limits: SomeLimits): Promise<StoreUnderTest> } {
  let all: StoreUnderTest[] = [];
  const open = async (own?: SomeLimits) => {
    const under = await openStore(own);
    all.push(under);
    return under;
  };
  beforeEach(async () => {
    all = [];
    await open(limits);
  });
  afterEach(async () => {
    for (const under of all) await under.dispose();
  });
  return {
    get current() {
      const [first] = all;
      if (first === undefined) throw new Error('a fresh store lives inside a test');
      return first;
    },
    with: open,
  };
}
