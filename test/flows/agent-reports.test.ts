import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Creance, type CreanceEvent, connect, type Session } from '@creance/sdk';
import { creanceExpress } from '@creance/verifier/express';
import { joinVerifier } from '@creance/verifier/grpc';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ActionReport, ReportTaken } from '../../broker/src/domain/action.js';
import { type HousekeepingParts, startHousekeeping } from '../../broker/src/housekeeping.js';
import type { EdgeCommands } from '../../broker/src/rpc/edge-commands.js';
import { systemClock } from '../../broker/src/runtime/clock.js';
import { openKeys } from '../../broker/src/tokens/broker-keys.js';
import { audiences } from '../support/flow-manifest.js';
import { soon } from '../support/flow-operator.js';
import { TreeEdge } from '../support/tree-edge.js';

const contacts = { audience: audiences.crm, scopes: ['contacts:read'] };

/** A report that the broker has heard. */
interface Heard {
  readonly by: string;
  readonly report: ActionReport;
  readonly answer: ReportTaken | undefined;
}

let tree: TreeEdge;
let client: Creance;
let session: Session;
let url: string;
let closeResource: () => Promise<void>;
let heard: Heard[];
let events: CreanceEvent[];
/** What the broker does after it has acted, before it answers a session of a workload. */
let beforeAnswer: () => Promise<void> | undefined;
const waiting: (() => void)[] = [];

beforeAll(async () => {
  tree = await TreeEdge.start({ commands: overheard });
  await publishKeys();
  url = await serve();
  const join = await tree.edge.joinString({ kind: 'workload', name: 'triage' });
  client = await connect({ join, onEvent: (event) => events.push(event) });
});

beforeEach(async () => {
  [heard, events, beforeAnswer] = [[], [], () => undefined];
  session = await client.session({ actionName: () => 'contacts.list' });
  await vi.waitUntil(() => eventsOf('stream_opened').length === 1, soon);
});

afterAll(async () => {
  beforeAnswer = () => undefined;
  letGo();
  await client.close();
  await closeResource();
  await tree.dispose();
});

/** The broker's own commands; what comes to one of them is written down. */
function overheard(commands: EdgeCommands): EdgeCommands {
  return {
    ...commands,
    async reportActions(report, call) {
      const answer = await commands.reportActions(report, call);
      const { caller } = call;
      if (caller.kind !== 'session') return answer;
      const { id, kind } = caller.session;
      const by = kind === 'verifier' ? 'crm' : id;
      heard.push({ by, report, answer: answer.ok ? answer.value : undefined });
      if (kind === 'workload') await beforeAnswer();
      return answer;
    },
  };
}

/** What the broker does at its start, and an edge on its own does not: verifiers learn the token keys. */
async function publishKeys(): Promise<void> {
  const { folder, store } = tree.edge;
  const keys = openKeys(join(folder, 'keys'), store.identity, systemClock.now());
  if (!keys.ok) throw new Error('the keys of the edge do not open');
  const logger = { info() {}, warn() {}, error() {} } as unknown as HousekeepingParts['logger'];
  const parts = { store, ring: keys.value.ring, clock: systemClock, logger };
  (await startHousekeeping(parts)).stop();
}

/** A service with the real verifier. */
async function serve(): Promise<string> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const verifier = await joinVerifier({
    join: await tree.edge.joinString({ kind: 'verifier', name: 'crm' }),
    keyFile: join(tree.edge.folder, 'crm.key.json'),
    publicOrigin: origin,
  });
  await verifier.ready();
  const { requireScopes } = creanceExpress(verifier, { actionOf: () => 'GET /contacts' });
  const guard = requireScopes('contacts:read');
  server.on('request', (request, response) => {
    void guard(request, response, () => response.end('[]'));
  });
  closeResource = async () => {
    await verifier.close();
    server.closeAllConnections();
    server.close();
  };
  return `${origin}/contacts`;
}

const held = () => new Promise<void>((resolve) => waiting.push(resolve));
const letGo = () => {
  for (const answer of waiting.splice(0)) answer();
};
const use = () => session.fetch(url, contacts).then(({ status }) => status);
const record = (count: number) => {
  for (let at = 0; at < count; at += 1)
    session.record({ action: 'a', audience: audiences.crm, outcome: 'allowed' });
};
const reportsBy = (witness: string) => heard.filter(({ by }) => by === witness);
const seenBy = (witness: string) => reportsBy(witness).flatMap(({ report }) => report.observations);
const eventsOf = (type: string) =>
  events.filter(
    (event) => event.type === type && 'sessionId' in event && event.sessionId === session.id,
  );

describe('what an agent does', () => {
  // breaks when: the verifier does not take the id of the header, or the SDK reports under another one
  it('is seen by the agent and by the resource, and is one action', async () => {
    for (let at = 0; at < 5; at += 1) expect(await use()).toBe(200);
    await vi.waitUntil(() => seenBy(session.id).length === 5, soon);
    await vi.waitUntil(
      () => seenBy('crm').filter(({ outcome }) => outcome === 'allowed').length === 5,
      soon,
    );
    const own = seenBy(session.id);
    const strong = seenBy('crm').filter(({ outcome }) => outcome === 'allowed');
    expect(new Set(own.map(({ id }) => id)).size).toBe(5);
    expect(new Set(strong.map(({ id }) => id))).toEqual(new Set(own.map(({ id }) => id)));
    for (const each of own) {
      expect(each).toMatchObject({ audience: audiences.crm, action: 'contacts.list' });
      expect(each.vantage).toEqual({ origin: false, destination: false, outcome: true });
    }
    expect(reportsBy(session.id).every(({ answer }) => answer?.dropped === 0)).toBe(true);
    await vi.waitUntil(() => eventsOf('actions_reported').length > 0, soon);
    expect(await tree.uses(session.id)).toMatchObject({ allowed: 5 });
  });

  it('is told by name and outcome when it was done by other means', async () => {
    const outcome = 'refused' as const;
    session.record({ action: 'mail.send', audience: audiences.mail, outcome });
    session.record({ action: 'ftp.put', audience: 'https://unknown.example', outcome });
    await vi.waitUntil(() => eventsOf('actions_reported').length === 1, soon);
    expect(seenBy(session.id)).toMatchObject([{ action: 'mail.send', outcome }, { outcome }]);
    // What was done at a resource that is not registered is of no use to the broker.
    expect(eventsOf('actions_reported')).toMatchObject([{ count: 2, dropped: 1 }]);
  });

  it('is told before the session ends', async () => {
    expect(await use()).toBe(200);
    const child = await session.delegate();
    child.record({ action: 'a', audience: audiences.crm, outcome: 'allowed' });
    await session.close();
    expect([seenBy(session.id).length, seenBy(child.id).length]).toEqual([1, 1]);
    expect(eventsOf('end_unconfirmed')).toEqual([]);
  });
});

describe('a report whose answer is lost', () => {
  // breaks when: a report that is sent again has new ids
  it('goes out again on its own, under the same ids, and the agent hears of it once', async () => {
    let hangs = 1;
    beforeAnswer = () => (hangs-- > 0 ? held() : undefined);
    record(3);
    await vi.waitUntil(() => eventsOf('actions_reported').length === 1, soon);
    const [first, again, ...more] = reportsBy(session.id);
    expect(more).toEqual([]);
    expect(first?.report.observations.map(({ id }) => id)).toEqual(
      again?.report.observations.map(({ id }) => id),
    );
    expect(eventsOf('stream_lost')).toHaveLength(1);
    expect(eventsOf('actions_dropped')).toEqual([]);
    await vi.waitUntil(() => eventsOf('stream_opened').length === 2, soon);
    record(1);
    await vi.waitUntil(() => eventsOf('actions_reported').length === 2, soon);
    expect(seenBy(session.id)).toHaveLength(7);
    expect(new Set(seenBy(session.id).map(({ id }) => id)).size).toBe(4);
  });
});

describe('an agent that does more than is heard', () => {
  // breaks when: the queue of the SDK has no bound, or says nothing of what it drops
  it('drops, says so, and goes on working', async () => {
    beforeAnswer = held;
    record(64);
    await vi.waitUntil(() => reportsBy(session.id).length === 1, soon);
    record(1_236);
    expect(await use()).toBe(200);
    beforeAnswer = () => undefined;
    letGo();
    await vi.waitUntil(() => new Set(seenBy(session.id).map(({ id }) => id)).size === 1_000, soon);
    const [full] = eventsOf('actions_dropped');
    expect(full).toMatchObject({ count: 301, code: 'CREANCE_REPORTS_FULL' });
    // What was dropped before a batch went out is told with it.
    const told = reportsBy(session.id).map(({ report }) => report.dropped);
    expect(Math.max(...told)).toBe(301);
  });
});

describe('a thief with the id of an action', () => {
  // breaks when: the verifier takes an id twice: the broker would count the first of these alone
  it('hides no second action behind the first, his own or another’s', async () => {
    const stolen = 'A'.repeat(22);
    const signed = () => session.headers({ url, ...contacts });
    for (let at = 0; at < 4; at += 1) {
      const headers = { ...(await signed()), 'creance-action': stolen };
      expect((await fetch(url, { headers })).status).toBe(200);
    }
    const other = await client.session();
    const theirs = { ...(await other.headers({ url, ...contacts })), 'creance-action': stolen };
    expect((await fetch(url, { headers: theirs })).status).toBe(200);
    await vi.waitFor(
      async () => expect(await tree.uses(session.id)).toEqual({ allowed: 4, refused: 0 }),
      soon,
    );
    await vi.waitFor(
      async () => expect(await tree.uses(other.id)).toEqual({ allowed: 1, refused: 0 }),
      soon,
    );
    expect(new Set(seenBy('crm').map(({ id }) => id)).size).toBe(5);
  });

  it('gets no further with many of them, or with one that is none', async () => {
    const signed = await session.headers({ url, ...contacts });
    const headers = new Headers({ ...signed, 'creance-action': `${'B'.repeat(6_000)}` });
    headers.append('creance-action', 'C'.repeat(22));
    expect((await fetch(url, { headers })).status).toBe(200);
    await vi.waitUntil(() => seenBy('crm').length === 1, soon);
    expect(seenBy('crm')[0]?.id).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });
});
