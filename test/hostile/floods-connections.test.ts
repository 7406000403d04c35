import { beforeAll, describe, expect, it } from 'vitest';
import { attackedBroker } from '../support/attacked-broker.js';
import { flooded, slowerMax } from '../support/flood-figures.js';
import { isLong } from '../support/long.js';
import type { LoopTimes } from '../support/open-loop.js';

const megabyte = 1_048_576;
const broker = attackedBroker();
let quiet: LoopTimes;

beforeAll(async () => {
  quiet = await broker.quiet();
});

describe('connections that say little', () => {
  // breaks when: front.ts hands a connection on before its preface is whole, or keeps no timer
  it('F-24 2,000 that say nothing, and 200 that say a byte a second, are closed, and honest callers are unharmed', async () => {
    const { times, value } = await broker.beside(() =>
      Promise.all([broker.attack('silent', 2_000, 25), broker.attack('dribble', 200, 25)]),
    );
    for (const seen of value) {
      flooded('F-24', quiet, times, seen);
      expect(seen.closed).toBe(seen.sent);
      expect(seen.grewBytes).toBeLessThan(120 * megabyte);
    }
    expect(times.failed).toBe(0);
    expect(times.p99Millis / quiet.p99Millis).toBeLessThan(slowerMax);
    await broker.expectAlive();
  }, 60_000);
});

describe('a message that grows', () => {
  // The first passes the bound of bytes as it comes, the second does not.
  it.each([
    ['F-26 64 MB of zeros', 64_000_000],
    ['F-26 1 GB of zeros', 1_000_000_000],
  ])(
    '%s is refused, and the broker stays as large as it was',
    async (name, bytes) => {
      const repeats = isLong ? 20 : 1;
      for (let round = 0; round < repeats; round += 1) {
        const { times, value } = await broker.beside(() => broker.attack('bomb', bytes, 10));
        flooded(name, quiet, times, value);
        expect(value.said).toBe('status 8');
        expect(value.grewBytes).toBeLessThan(40 * megabyte);
        expect(times.failed).toBe(0);
      }
      await broker.expectAlive();
    },
    120_000,
  );
});
