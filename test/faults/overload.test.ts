import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BrokerProcess } from '../support/broker-process.js';
import { faultSeed, figure, sized } from '../support/figure.js';
import { audiences } from '../support/flow-manifest.js';
import { CutLoad } from '../support/load/cut-load.js';
import { IssueLoad } from '../support/load/issue-load.js';
import { ListeningVerifier } from '../support/load/listening.js';
import { summed } from '../support/load/load-words.js';
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
  /** Two processes, so that neither is the bound, and what one sends is not late for what the other does. */
  let loads: readonly [IssueLoad, IssueLoad];
  let verifier: ListeningVerifier;
  let cuts: CutLoad;

  beforeAll(async () => {
    await broker.start();
    loads = [new IssueLoad(), new IssueLoad()];
    await loads[0].join(broker, names.slice(0, workloads / 2), each);
    await loads[1].join(broker, names.slice(workloads / 2), each);
    verifier = await ListeningVerifier.join(broker, 'crm');
    cuts = await CutLoad.open(broker);
  }, 120_000);
  afterAll(async () => {
    for (const load of loads) load.close();
    await cuts.close();
    await verifier.close();
    await broker.dispose();
  });

  const all = { from: 0, to: members / 2 };
  const atOnce = async (count: number, millis: number) =>
    summed(
      await Promise.all(loads.map((load) => load.atOnce({ ...all, atOnce: count / 2, millis }))),
    );
  const atRate = async (perSecond: number, millis: number) =>
    summed(
      await Promise.all(
        loads.map((load) => load.atRate({ ...all, perSecond: perSecond / 2, millis })),
      ),
    );
  // breaks when: gate.ts does not ask the guard of the loop; cuts wait behind other writes
  it('F-21 F-75 answers about what it can, refuses the rest with a hint, and still cuts within a second', {
    timeout: 180_000,
  }, async ({ task }) => {
    await atOnce(32, 2_000);
    const calm = await atOnce(32, sized(3_000, 10_000));
    const capacity = calm.ok / calm.seconds;
    const millis = sized(4_000, 60_000);
    cuts.acknowledgedAt.clear();
    const cutting = cuts.run(10, millis);
    const loaded = await atRate(capacity * 10, millis);
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
    expect(goodput / capacity).toBeGreaterThan(0.6);
    // A second is the target; a machine that others use as well is slower.
    expect(percentile(cuts.millis, 0.99)).toBeLessThan(5_000);
    expect(loaded.hinted).toBe(refused);
    expect(Object.keys(loaded.refused).filter((reason) => !bounds.includes(reason))).toEqual([]);
  });

  // breaks when: the rate of a workload is counted for everybody; gate.ts refuses all alike while it is busy
  it('F-22 leaves the others alone when one workload asks for far more than its share', async ({
    task,
  }) => {
    const others = { ...all, perSecond: 20, millis: sized(3_000, 15_000) };
    const calm = await loads[1].atRate(others);
    const noisy = loads[0].atRate({ from: 0, to: each, perSecond: 2_000, millis: others.millis });
    const busy = await loads[1].atRate(others);
    const noise = await noisy;
    figure(task, {
      noisySentPerSecond: noise.sent / noise.seconds,
      noisyRefused: noise.sent - noise.ok,
      othersRefused: busy.sent - busy.ok,
      othersP99Millis: percentile(busy.millis, 0.99),
      othersP99MillisBefore: percentile(calm.millis, 0.99),
      seed: faultSeed,
    });
    // None is the aim and what is seen; one in fifty is left to a machine that stands still meanwhile.
    expect(busy.ok / busy.sent, JSON.stringify(busy.refused)).toBeGreaterThan(0.98);
    // A machine that does what the noisy one asks refuses him nothing: then he has only asked for more.
    expect(noise.sent).toBeGreaterThan(busy.sent);
  });
});

/** What a caller may hear of a broker that has too much to do: a bound, or its own deadline. */
const bounds = ['broker_busy', 'rate_limited', 'store_busy', 'deadline_exceeded', 'grpc:4'];
