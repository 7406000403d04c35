import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BrokerProcess } from '../support/broker-process.js';
import { faultSeed, figure, sized } from '../support/figure.js';
import { audiences } from '../support/flow-manifest.js';
import { CutLoad } from '../support/load/cut-load.js';
import { IssueLoad } from '../support/load/issue-load.js';
import { ListeningVerifier } from '../support/load/listening.js';
import { percentile } from '../support/load/percentile.js';

const workloads = 12;
const each = 5;
const names = Array.from({ length: workloads }, (_, at) => `agent-${at}`);
const members = workloads * each;

/** Every workload has an owner of its own, so that only the broker itself is the bound. */
const manifest = `apiVersion: creance/v1
owners:
${[...names, 'fierce'].map((name) => `  owner-${name}: { contact: team@example.com }`).join('\n')}
resources:
  crm:
    audience: ${audiences.crm}
    scopes: { contacts:read: { access: read } }
workloads:
${[...names, 'fierce']
  .map(
    (name) => `  ${name}:
    owner: owner-${name}
    class: agent
    evidence: [{ kind: join-token }]
    grants:
      - { resource: crm, scopes: [contacts:read], lifetimeSeconds: 300 }`,
  )
  .join('\n')}
operators:
  oncall: { roles: [viewer, registrar, security, keys, auditor] }
`;

describe('a broker that is asked for more than it can do', () => {
  const broker = new BrokerProcess(manifest, 'fatal');
  let load: IssueLoad;
  let verifier: ListeningVerifier;
  let cuts: CutLoad;

  beforeAll(async () => {
    await broker.start();
    load = new IssueLoad();
    await load.join(broker, names, each);
    verifier = await ListeningVerifier.join(broker, 'crm');
    cuts = await CutLoad.open(broker);
  }, 120_000);
  afterAll(async () => {
    load.close();
    await cuts.close();
    await verifier.close();
    await broker.dispose();
  });

  const all = { from: 0, to: members };
  // breaks when: gate.ts does not ask the guard of the loop; cuts wait behind other writes
  it('F-21 F-75 answers about what it can, refuses the rest with a hint, and still cuts within a second', {
    timeout: 180_000,
  }, async ({ task }) => {
    await load.atOnce({ ...all, atOnce: 32, millis: 2_000 });
    const calm = await load.atOnce({ ...all, atOnce: 32, millis: sized(3_000, 10_000) });
    const capacity = calm.ok / calm.seconds;
    const millis = sized(4_000, 60_000);
    cuts.acknowledgedAt.clear();
    const cutting = cuts.run(10, millis);
    const loaded = await load.atRate({ ...all, perSecond: capacity * 10, millis });
    await cutting;
    const last = await cuts.cut();
    await expect.poll(() => verifier.revision, { timeout: 10_000 }).toBeGreaterThanOrEqual(last);
    const refused = Object.values(loaded.refused).reduce((sum, count) => sum + count, 0);
    const goodput = loaded.inTime / loaded.seconds;
    const enforced = verifier.lags(cuts.acknowledgedAt);
    figure(task, {
      capacityPerSecond: capacity,
      offeredPerSecond: (loaded.sent + loaded.unsent) / loaded.seconds,
      sentPerSecond: loaded.sent / loaded.seconds,
      goodputPerSecond: goodput,
      goodputOfCapacity: goodput / capacity,
      refused,
      refusedWithHint: loaded.hinted,
      reasons: Object.keys(loaded.refused).join(' '),
      admittedP99Millis: percentile(loaded.millis, 0.99),
      calmP99Millis: percentile(calm.millis, 0.99),
      cuts: cuts.acknowledgedAt.size,
      cutAcknowledgedP99Millis: percentile(cuts.millis, 0.99),
      cutEnforcedP99Millis: percentile(enforced, 0.99),
      seconds: loaded.seconds,
      seed: faultSeed,
    });
    expect(cuts.failed).toBe(0);
    expect(goodput / capacity).toBeGreaterThan(0.3);
    // A second is the target; a machine that others use as well is slower.
    expect(percentile(cuts.millis, 0.99)).toBeLessThan(5_000);
    expect(loaded.hinted).toBe(refused);
    expect(Object.keys(loaded.refused).filter((reason) => !bounds.includes(reason))).toEqual([]);
  });

  // breaks when: the rate of a workload is counted for everybody
  it('F-22 leaves the others alone when one workload asks for far more than its share', async ({
    task,
  }) => {
    const others = { from: each, to: members, perSecond: 20, millis: sized(3_000, 15_000) };
    const calm = await load.atRate(others);
    const noisy = load.atRate({ from: 0, to: each, perSecond: 2_000, millis: others.millis });
    const busy = await load.atRate(others);
    const noise = await noisy;
    figure(task, {
      noisySentPerSecond: noise.sent / noise.seconds,
      noisyRefused: noise.sent - noise.ok,
      othersRefused: busy.sent - busy.ok,
      othersP99Millis: percentile(busy.millis, 0.99),
      othersP99MillisBefore: percentile(calm.millis, 0.99),
      seed: faultSeed,
    });
    // On a machine that is slower than the bound of one workload the broker itself is what all share.
    expect(Object.keys(busy.refused).filter((reason) => reason !== 'broker_busy')).toEqual([]);
    expect(busy.ok).toBeGreaterThan(0);
    expect(noise.ok).toBeLessThan(noise.sent + noise.unsent);
  });
});

/** What a caller may hear of a broker that has too much to do: a bound, or its own deadline. */
const bounds = ['broker_busy', 'rate_limited', 'store_busy', 'deadline_exceeded', 'grpc:4'];
