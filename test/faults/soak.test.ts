import { afterAll, beforeAll, expect, it } from 'vitest';
import { BareAgent } from '../support/bare-agent.js';
import { BrokerProcess } from '../support/broker-process.js';
import { faultSeed, figure } from '../support/figure.js';
import { flowManifest } from '../support/flow-manifest.js';
import { HttpResource } from '../support/flow-resource.js';
import { openDescriptors, rssMegabytes } from '../support/load/process-figures.js';
import { seededDraws } from '../support/seeded.js';

/** `npm run test:faults -- --soak 120` says for how long; otherwise it is over in seconds, and shows that it runs. */
const minutes = Number(process.env['CREANCE_SOAK_MINUTES'] ?? 0.05);
const perSecond = 200;
const agentsCount = 8;
/** Uses of a session before it is ended and another one opened. */
const usesOfSession = 50;

const broker = new BrokerProcess(flowManifest(), 'error');
let crm: HttpResource;
beforeAll(async () => {
  await broker.start();
  crm = await HttpResource.join(broker, 'crm');
});
afterAll(async () => {
  await crm.close();
  await broker.dispose();
});

/** Megabytes an hour by the line of least squares through samples of hours and megabytes. */
function slopeOf(samples: readonly (readonly [number, number])[]): number {
  const mean = (at: 0 | 1) => samples.reduce((sum, each) => sum + each[at], 0) / samples.length;
  const [x, y] = [mean(0), mean(1)];
  const over = samples.reduce((sum, each) => sum + (each[0] - x) * (each[1] - y), 0);
  return over / samples.reduce((sum, each) => sum + (each[0] - x) ** 2, 0);
}

// breaks when: something is kept for each call or session and never let go
it('F-74 a broker that works for long keeps its memory and its descriptors', {
  timeout: minutes * 60_000 + 60_000,
}, async ({ task }) => {
  const draws = seededDraws(faultSeed);
  const startedAt = performance.now();
  const hours = () => (performance.now() - startedAt) / 3_600_000;
  const isOver = () => hours() * 60 > minutes;
  const outcomes: Record<string, number> = {};
  const samples: (readonly [number, number])[] = [];
  const look = () => samples.push([hours(), rssMegabytes(broker.pid)]);
  const descriptorsBefore = openDescriptors(broker.pid);
  const looking = setInterval(look, 1_000);
  const lane = async () => {
    const join = await broker.joinString('workload', 'orchestrator');
    const agent = await BareAgent.join(broker.address, join);
    while (!isOver()) {
      for (let uses = 0; uses < usesOfSession && !isOver(); uses += 1) {
        const outcome = await agent.use(await agent.token(crm), crm.url);
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
        const pause = (agentsCount / perSecond) * 1_000 * 2 * draws.fraction();
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
      await agent.client.end(agent.id, agent.key);
      await agent.open();
    }
    agent.close();
  };
  await Promise.all(Array.from({ length: agentsCount }, lane));
  clearInterval(looking);
  look();
  // The first half warms up: caches fill and code is compiled.
  const warm = samples.filter(([at]) => at * 60 > minutes / 2);
  const uses = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
  figure(task, {
    minutes,
    uses,
    usesPerSecond: uses / (hours() * 3_600),
    rssMbAtStart: samples[0]?.[1] ?? 0,
    rssMbAtEnd: samples.at(-1)?.[1] ?? 0,
    ...(warm.length > 30 && { rssMbAnHourInSecondHalf: slopeOf(warm) }),
    descriptorsBefore,
    descriptorsAfter: openDescriptors(broker.pid),
    seed: faultSeed,
  });
  expect(Object.keys(outcomes)).toEqual(['ok']);
  expect(openDescriptors(broker.pid)).toBeLessThan(descriptorsBefore + 2 * agentsCount + 20);
});
