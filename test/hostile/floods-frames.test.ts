import { beforeAll, describe, expect, it } from 'vitest';
import { attackedBroker } from '../support/attacked-broker.js';
import { flooded, slowerMax } from '../support/flood-figures.js';
import { isLong } from '../support/long.js';
import type { LoopTimes } from '../support/open-loop.js';

const seconds = isLong ? 30 : 6;
const times = isLong ? 10 : 1;
const megabyte = 1_048_576;
const broker = attackedBroker();
let quiet: LoopTimes;

beforeAll(async () => {
  quiet = await broker.quiet();
});

/** A flood → frames that it sends at most, and megabytes by which the broker may grow. */
const floods: readonly (readonly [string, string, number, number])[] = [
  ['F-29 a rapid reset of 50,000 streams', 'rapid-reset', 50_000, 60],
  ['F-30 a header block that goes on for ever', 'continuation', 100_000, 20],
  ['F-30 a header block of nothing that goes on for ever', 'empty-continuation', 100_000, 20],
  ['F-30 streams with more headers than any call has', 'headers', 20_000, 60],
  ['F-31 pings', 'ping', 1_000_000, 20],
  ['F-31 pings whose answers nobody reads', 'ping-deaf', 1_000_000, 20],
  ['F-31 settings', 'settings', 1_000_000, 20],
  ['F-31 settings whose answers nobody reads', 'settings-deaf', 1_000_000, 20],
  ['F-31 window updates', 'window', 1_000_000, 20],
  ['F-31 priorities', 'priority', 1_000_000, 20],
  ['F-31 data frames without data', 'empty-data', 1_000_000, 20],
  // What was read before the look that closes it waits for the collector: less than the message, and not for long.
  ['F-25 one message of 100 MB', 'giant', 6_500, 90],
];

describe('a flood', () => {
  // breaks when: connections.ts no longer looks at what comes beyond calls (windows, the giant message)
  it.each(floods)(
    '%s is cut off, costs no memory, and leaves honest callers unharmed',
    async (name, kind, amount, megabytes) => {
      const { times: beside, value } = await broker.beside(() =>
        broker.attack(kind, amount * times, seconds),
      );
      flooded(name, quiet, beside, value);
      expect(value.closed).toBe(1);
      expect(value.grewBytes).toBeLessThan(megabytes * megabyte);
      expect(beside.failed).toBe(0);
      expect(beside.p99Millis / quiet.p99Millis).toBeLessThan(slowerMax);
      await broker.expectAlive();
    },
    60_000,
  );
});
