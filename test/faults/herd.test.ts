import { type Creance, connect } from '@creance/sdk';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { BrokerProcess } from '../support/broker-process.js';
import { faultSeed, figure, sized } from '../support/figure.js';
import { flowManifest } from '../support/flow-manifest.js';
import { percentile } from '../support/load/percentile.js';

const count = sized(40, 1_000);
/** A workload may have 100 sessions; the herd is spread over as many workloads as that takes. */
const perWorkload = 90;
const workloads = Math.ceil(count / perWorkload);
const windowMillis = 250;

const more = Array.from(
  { length: workloads },
  (_, at) => `  herd-${at}:
    owner: team
    class: agent
    evidence: [{ kind: join-token }]
    grants:
      - { resource: crm, scopes: [contacts:read], lifetimeSeconds: 60 }`,
).join('\n');
const broker = new BrokerProcess(
  flowManifest().replace('operators:', `${more}\noperators:`),
  'error',
);
const clients: Creance[] = [];
const backAt: number[] = [];
const opened = new Set<string>();

beforeAll(async () => {
  await broker.start();
  for (let at = 0; at < count; at += 1) {
    const join = await broker.joinString('workload', `herd-${Math.floor(at / perWorkload)}`);
    const client = await connect({
      join,
      onEvent(event) {
        if (event.type !== 'stream_opened') return;
        opened.add(event.sessionId);
        backAt.push(performance.now());
      },
    });
    clients.push(client);
    await client.session();
  }
  await vi.waitUntil(() => opened.size === count, 60_000);
}, 300_000);
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await broker.dispose();
}, 60_000);

// breaks when: the pauses before a lost stream is opened again are the same for all
it('F-23 a herd of agents whose broker starts again comes back one by one, and all of it', {
  timeout: 180_000,
}, async ({ task }) => {
  await broker.stop('SIGKILL');
  // In the long set long enough that everybody waits as long as they ever do.
  await new Promise((resolve) => setTimeout(resolve, sized(500, 15_000)));
  opened.clear();
  backAt.length = 0;
  await broker.start();
  const startedAt = performance.now();
  await vi.waitUntil(() => opened.size === count, { timeout: 120_000, interval: 20 });
  const moments = backAt.map((at) => at - startedAt);
  const [first, last] = [Math.min(...moments), Math.max(...moments)];
  const within = (from: number) =>
    moments.filter((at) => at >= from && at < from + windowMillis).length;
  const peak = Math.max(...moments.map(within));
  figure(task, {
    agents: count,
    firstMillis: first,
    medianMillis: percentile(moments, 0.5),
    lastMillis: last,
    peakShareWithin250Millis: peak / count,
    lost: 0,
    seed: faultSeed,
  });
  expect(last - first).toBeGreaterThan(sized(200, 3_000));
  expect(peak / count).toBeLessThan(sized(0.9, 0.3));
});
