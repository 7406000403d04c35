import { type Creance, connect } from '@creance/sdk';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { BrokerProcess, crmAudience } from '../support/broker-process.js';
import { type Manner, OtlpCollector } from '../support/otlp-collector.js';

const read = { audience: crmAudience, scopes: ['contacts:read'] };
/** Milliseconds that so many tokens may take on a machine that is busy: a collector's time-out is longer. */
const [asks, mostMillis] = [30, 6_000];
/** Milliseconds in which the broker stops: 3 s for the collector, and the drain. */
const stopMillis = 6_000;

let collector: OtlpCollector;
let broker: BrokerProcess;
let client: Creance;

async function start(manner: Manner | 'refuses'): Promise<void> {
  collector = new OtlpCollector();
  const environment = await collector.open();
  if (manner === 'refuses') await collector.close();
  else collector.manner = manner;
  broker = new BrokerProcess(undefined, 'warn', environment);
  await broker.start();
  client = await connect({ join: await broker.joinString('workload', 'triage') });
}

afterEach(async () => {
  await client?.close();
  await broker?.dispose();
  await collector?.close();
});

describe('a broker whose collector is of no use', () => {
  // breaks when: a fault of the exporter is thrown at the process, or a call waits for an export
  it.each(['refuses', 'fails', 'hangs'] as const)(
    'that %s goes on as before, at the same speed, and stops in time',
    async (manner) => {
      await start(manner);
      const session = await client.session();
      const startedAt = performance.now();
      for (let nth = 0; nth < asks; nth += 1) {
        const one = await client.session();
        await one.token(read);
        await one.close();
      }
      expect(performance.now() - startedAt).toBeLessThan(mostMillis);
      if (manner !== 'refuses')
        await vi.waitUntil(() => collector.requests > 0, { timeout: 10_000, interval: 100 });
      await session.token(read);
      await session.close();
      await client.close();
      const stoppingAt = performance.now();
      await broker.stop();
      expect(performance.now() - stoppingAt).toBeLessThan(stopMillis);
      // A line about it, and no more: neither a stack nor one for each export.
      expect(broker.output.match(/telemetry cannot be exported/g)).toHaveLength(1);
      expect(broker.output).not.toMatch(/unhandled| {4}at |Export failed\n/i);
    },
  );

  it('that goes away while it runs goes on', async () => {
    await start('takes');
    const session = await client.session();
    await session.token(read);
    await vi.waitUntil(() => collector.bodies.length > 0, { timeout: 10_000, interval: 100 });
    await collector.close();
    const other = await client.session();
    await other.token(read);
    await other.close();
    await session.close();
  });
});
