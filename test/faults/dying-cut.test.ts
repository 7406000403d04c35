import { afterAll, beforeAll, expect, it } from 'vitest';
import { BrokerProcess } from '../support/broker-process.js';
import { faultSeed, figure, sized } from '../support/figure.js';
import { audiences, flowManifest } from '../support/flow-manifest.js';
import { bytesOfId } from '../support/flow-operator.js';
import { RawClient } from '../support/raw-client.js';
import {
  delegate,
  openWith,
  outcomeOf,
  type RawEvidence,
  type RawSession,
} from '../support/raw-tree.js';
import { seededDraws } from '../support/seeded.js';
import { TestKey } from '../support/test-key.js';

const broker = new BrokerProcess(flowManifest(), 'error');
const evidence: { -readonly [Name in keyof RawEvidence]: RawEvidence[Name] } = {
  join: '',
  key: new TestKey(),
  redeem: true,
};
const kills = sized(3, 50);
/** Sessions of one tree: a workload may have 50 in one. */
const treeSessions = sized(20, 48);

beforeAll(async () => {
  await broker.start();
  evidence.join = await broker.joinString('workload', 'orchestrator');
});
afterAll(() => broker.dispose());

async function plant(client: RawClient): Promise<readonly RawSession[]> {
  const tree = [await openWith(client, evidence, new TestKey())];
  evidence.redeem = false;
  for (let at = 1; at < treeSessions; at += 1) {
    // Each second level, so that it is both deep and wide.
    const parent = tree[Math.floor((at - 1) / 3)] as RawSession;
    tree.push(await delegate(client, parent, new TestKey()));
  }
  return tree;
}

// breaks when: a cut takes more than one transaction, or what hangs below it is ended one by one
it('F-12 a broker that dies while it cuts a tree has cut all of it or nothing', {
  timeout: kills * 30_000,
}, async ({ task }) => {
  const draws = seededDraws(faultSeed);
  const counts = { acknowledged: 0, cutWithoutAnswer: 0, notCut: 0 };
  for (let kill = 0; kill < kills; kill += 1) {
    const client = new RawClient(broker.address);
    const tree = await plant(client);
    const [root] = tree as [RawSession];
    const cut = broker.cut(bytesOfId(root.id)).then(
      () => true,
      () => false,
    );
    await new Promise((resolve) => setTimeout(resolve, draws.fraction() * 60));
    await broker.stop('SIGKILL');
    const isAcknowledged = await cut;
    client.close();
    await broker.start();
    const again = new RawClient(broker.address);
    const outcomes = new Set<string>();
    for (const { id, key } of tree) {
      const outcome = await outcomeOf(again.issue(id, key, audiences.crm, ['contacts:read']));
      outcomes.add(outcome === 'ok' ? 'ok' : 'refused');
    }
    expect([...outcomes]).toHaveLength(1);
    if (isAcknowledged) expect([...outcomes]).toEqual(['refused']);
    if (isAcknowledged) counts.acknowledged += 1;
    else if (outcomes.has('ok')) counts.notCut += 1;
    else counts.cutWithoutAnswer += 1;
    // The next tree must find room.
    if (outcomes.has('ok')) await broker.cut(bytesOfId(root.id));
    again.close();
  }
  figure(task, { kills, treeSessions, ...counts, halfCut: 0, seed: faultSeed });
  expect(counts.acknowledged + counts.cutWithoutAnswer).toBeGreaterThan(0);
});
