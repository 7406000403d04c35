import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { BrokerProcess } from '../support/broker-process.js';
import { faultSeed, figure, sized } from '../support/figure.js';
import { audiences, flowManifest } from '../support/flow-manifest.js';
import { bytesOfId, soon } from '../support/flow-operator.js';
import { RawClient } from '../support/raw-client.js';
import {
  delegate,
  openWith,
  outcomeOf,
  type RawEvidence,
  type RawSession,
} from '../support/raw-tree.js';
import { seededDraws } from '../support/seeded.js';
import { accept, answer, SetReceiver } from '../support/set-receiver.js';
import { TestKey } from '../support/test-key.js';

let broker: BrokerProcess;
let receiver: SetReceiver;
const evidence: { -readonly [Name in keyof RawEvidence]: RawEvidence[Name] } = {
  join: '',
  key: new TestKey(),
  redeem: true,
};
const kills = sized(3, 50);
/** Sessions of one tree: a workload may have 50 in one. */
const treeSessions = sized(20, 48);

beforeAll(async () => {
  receiver = await SetReceiver.listen();
  const notified = `notify: { contact: { url: "${receiver.url}", allowPrivate: true } }`;
  const owner = 'team: { contact: team@example.com }';
  const manifest = flowManifest().replace(owner, owner.replace(' }', `, ${notified} }`));
  broker = new BrokerProcess(manifest, 'error');
  await broker.start();
  evidence.join = await broker.joinString('workload', 'orchestrator');
});
afterAll(async () => {
  await broker.dispose();
  await receiver.close();
});

/** What the receiver has heard of a session so far: how often, and under how many ids. */
async function heardOf(session: string): Promise<{ readonly times: number; readonly ids: number }> {
  const keySet = [...broker.output.matchAll(/HTTP\s+(\S+)/g)].at(-1)?.[1] ?? '';
  const claims = await receiver.verified(keySet);
  const own = claims.filter((each) => JSON.stringify(each['sub_id']).includes(session));
  return { times: own.length, ids: new Set(own.map(({ jti }) => jti)).size };
}

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

// breaks when: a cut takes more than one transaction, what hangs below it is ended one by one, or an event that was
// not taken is forgotten at a kill or sent under an id made anew
it('F-12 a broker that dies while it cuts a tree has cut all of it or nothing, and its receiver hears of it', {
  timeout: kills * 30_000,
}, async ({ task }) => {
  const draws = seededDraws(faultSeed);
  const counts = { acknowledged: 0, cutWithoutAnswer: 0, notCut: 0, toldAgain: 0 };
  for (let kill = 0; kill < kills; kill += 1) {
    const client = new RawClient(broker.address);
    const tree = await plant(client);
    const [root] = tree as [RawSession];
    // Half of the brokers die while their receiver takes nothing.
    receiver.behaviour = kill % 2 === 0 ? answer(500) : accept;
    const cut = broker.cut(bytesOfId(root.id)).then(
      () => true,
      () => false,
    );
    await new Promise((resolve) => setTimeout(resolve, draws.fraction() * 60));
    await broker.stop('SIGKILL');
    receiver.behaviour = accept;
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
    const heard = await vi.waitFor(async () => {
      const { times, ids } = await heardOf(root.id);
      expect(times).toBeGreaterThan(0);
      return { times, ids };
    }, soon);
    expect(heard.ids).toBe(1);
    if (heard.times > 1) counts.toldAgain += 1;
    again.close();
  }
  figure(task, { kills, treeSessions, ...counts, halfCut: 0, seed: faultSeed });
  expect(counts.acknowledged + counts.cutWithoutAnswer).toBeGreaterThan(0);
});
