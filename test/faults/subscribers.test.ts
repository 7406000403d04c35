import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { BrokerProcess } from '../support/broker-process.js';
import { FaultyWay } from '../support/faulty-way.js';
import { faultSeed, figure, sized } from '../support/figure.js';
import { flowManifest } from '../support/flow-manifest.js';
import { CutLoad } from '../support/load/cut-load.js';
import { ListeningVerifier } from '../support/load/listening.js';
import { percentile } from '../support/load/percentile.js';
import { rssMegabytes } from '../support/load/process-figures.js';

const broker = new BrokerProcess(flowManifest(), 'error');
const closers: (() => Promise<unknown>)[] = [];
const heartbeatMillis = 2_000;

async function verifiers(count: number): Promise<readonly ListeningVerifier[]> {
  const all: ListeningVerifier[] = [];
  for (let at = 0; at < count; at += 1) all.push(await ListeningVerifier.join(broker, 'crm'));
  closers.push(...all.map((each) => () => each.close()));
  return all;
}

/** A verifier whose connections go over a way with faults. */
async function faulty(): Promise<{ readonly way: FaultyWay; readonly slow: ListeningVerifier }> {
  const way = await FaultyWay.open(broker.address);
  const slow = await way.through(() => ListeningVerifier.join(broker, 'crm'));
  closers.push(
    () => slow.close(),
    () => way.close(),
  );
  return { way, slow };
}

async function cutting(): Promise<CutLoad> {
  const cuts = await CutLoad.open(broker);
  closers.push(() => cuts.close());
  return cuts;
}

beforeAll(() => broker.start());
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});
afterAll(() => broker.dispose());

describe('a subscriber', () => {
  const seconds = sized(4, 60);
  // breaks when: subscriber.ts writes on after the line has asked to wait, or waits for the slowest
  it('F-14 that reads nothing costs neither memory nor the others, and catches up when it reads', {
    timeout: 60_000 + seconds * 3_000,
  }, async ({ task }) => {
    const others = await verifiers(3);
    const { way, slow } = await faulty();
    const cuts = await cutting();
    const perSecond = sized(300, 1_000);
    await cuts.run(perSecond, 2_000);
    cuts.acknowledgedAt.clear();
    // The same cuts while everybody reads: what they cost by themselves is no slow subscriber's.
    const rssCalm = rssMegabytes(broker.pid);
    await cuts.run(perSecond, seconds * 1_000);
    const rssGrowthMbBefore = rssMegabytes(broker.pid) - rssCalm;
    const calm = new Map(cuts.acknowledgedAt);
    cuts.acknowledgedAt.clear();
    const rssBefore = rssMegabytes(broker.pid);
    way.passage = 'deaf';
    way.turn('deaf');
    // What was on its way already still comes.
    await new Promise((resolve) => setTimeout(resolve, 500));
    const revisionBefore = slow.revision;
    await cuts.run(perSecond, seconds * 1_000);
    const rssGrowthMb = rssMegabytes(broker.pid) - rssBefore;
    expect(slow.revision).toBe(revisionBefore);
    const last = await cuts.cut();
    await vi.waitUntil(() => others.every(({ revision }) => revision >= last), 10_000);
    const healedAt = performance.now();
    way.heal();
    await vi.waitUntil(() => slow.revision >= last, { timeout: 20_000, interval: 5 });
    const lagOf = (acknowledged: ReadonlyMap<number, number>) =>
      percentile(
        others.flatMap((each) => each.lags(acknowledged)),
        0.99,
      );
    const [calmP99, busyP99] = [lagOf(calm), lagOf(cuts.acknowledgedAt)];
    figure(task, {
      seconds,
      cuts: cuts.asked,
      cutsFailed: cuts.failed,
      rssGrowthMb,
      rssGrowthMbBefore,
      othersP99Millis: busyP99,
      othersP99MillisBefore: calmP99,
      catchUpMillis: (slow.reached(last) ?? Number.NaN) - healedAt,
      seed: faultSeed,
    });
    expect(cuts.failed).toBe(0);
    // A memory that grew with what is not read would hold every frame for every try to subscribe.
    // The row's 20 MB are less than what the collector of garbage moves it by from run to run: the figure says it.
    expect(rssGrowthMb - rssGrowthMbBefore).toBeLessThan(120);
    expect(rssGrowthMb).toBeLessThan(200);
    expect(busyP99).toBeLessThan(calmP99 * 10 + 500);
  });

  // breaks when: the watchdog of a subscription is not set anew, or redials nothing
  it('F-16 whose packets are dropped notices, and takes a new connection', async ({ task }) => {
    const { way, slow } = await faulty();
    const cuts = await cutting();
    const at = performance.now();
    way.turn('silent');
    const revision = await cuts.cut();
    await vi.waitUntil(() => slow.revision >= revision, { timeout: 15_000, interval: 5 });
    const noticed = slow.after(at, 'disconnected');
    expect(noticed).toMatchObject({ code: 'SILENT' });
    const noticedMillis = (noticed?.at ?? Number.NaN) - at;
    figure(task, {
      noticedMillis,
      currentAgainMillis: (slow.reached(revision) ?? Number.NaN) - at,
      heartbeatMillis,
    });
    expect(noticedMillis).toBeLessThan(heartbeatMillis * 2.5 + 1_000);
    expect(way.size).toBeGreaterThan(1);
  });
});
