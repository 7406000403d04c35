import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { BareAgent } from '../support/bare-agent.js';
import { BrokerHere } from '../support/broker-here.js';
import { figure, sized } from '../support/figure.js';
import { audiences, flowManifest } from '../support/flow-manifest.js';
import { HttpResource } from '../support/flow-resource.js';
import { FlowStage } from '../support/flow-stage.js';
import { percentile } from '../support/load/percentile.js';
import { PassingClock } from '../support/machine-clock.js';

const issueSeconds = 15;

describe('token keys that change all the time', () => {
  const periodSeconds = sized(2, 10);
  const overlapSeconds = sized(4, 30);
  const seconds = sized(8, 300);
  const perSecond = sized(40, 200);
  let broker: BrokerHere;
  let crm: HttpResource;
  beforeAll(async () => {
    const lives = { periodSeconds, overlapSeconds };
    broker = await BrokerHere.start(flowManifest(), new PassingClock(), lives);
    const { data } = broker;
    const joinString = (_: string, name: string) => broker.joinString(name, 'verifier');
    crm = await HttpResource.join({ data, joinString }, 'crm');
  });
  afterAll(async () => {
    await crm.close();
    await broker.dispose();
  });

  // breaks when: a key signs before it is published, or is dropped before its tokens are over
  it('F-51 refuse no token under load, and accept none of a key that has retired', {
    timeout: (seconds + 120) * 1_000,
  }, async ({ task }) => {
    const agents = await Promise.all(
      Array.from({ length: 8 }, async () =>
        BareAgent.join(broker.address, await broker.joinString('orchestrator')),
      ),
    );
    const [first] = agents as [BareAgent];
    const old = await first.token(crm);
    expect(await first.use(old, crm.url)).toBe('ok');
    const outcomes: Record<string, number> = {};
    const keys = new Set<string>();
    const endsAt = performance.now() + seconds * 1_000;
    const lane = async (agent: BareAgent) => {
      while (performance.now() < endsAt) {
        const startedAt = performance.now();
        const { client, id, key } = agent;
        const { token } = await client.issue(id, key, audiences.crm, [crm.scope], issueSeconds);
        keys.add(JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid);
        const outcome = await agent.use(token, crm.url);
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
        const pause = (agents.length / perSecond) * 1_000 - (performance.now() - startedAt);
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, pause)));
      }
    };
    await Promise.all(agents.map(lane));
    const retired = await first.use(old, crm.url);
    for (const agent of agents) agent.close();
    figure(task, {
      seconds,
      periodSeconds,
      keysSeen: keys.size,
      used: outcomes['ok'] ?? 0,
      usedPerSecond: (outcomes['ok'] ?? 0) / seconds,
      refused:
        Object.values(outcomes).reduce((sum, count) => sum + count, 0) - (outcomes['ok'] ?? 0),
      tokenOfRetiredKey: retired,
    });
    expect(Object.keys(outcomes)).toEqual(['ok']);
    expect(keys.size).toBeGreaterThan(seconds / periodSeconds - 2);
    // Its own life of 300 s is not over: the key's is.
    expect(retired).toMatch(/^token_key_/);
  });
});

describe('a signing key that was stolen', () => {
  let stage: FlowStage;
  beforeAll(async () => {
    stage = await FlowStage.start();
  });
  afterAll(() => stage.dispose());

  // breaks when: verifiers keep a key that was cut, or only learn of it with the next heartbeat
  it('F-52 is cut, and all its tokens are refused within a second', async ({ task }) => {
    const crm = await stage.resource('crm');
    const agents: BareAgent[] = [];
    // One after the other: an address may have few connections that nobody is known on.
    for (let at = 0; at < sized(10, 50); at += 1) agents.push(await stage.bare('orchestrator'));
    const loot = await Promise.all(
      agents.map(async (agent) => ({ agent, token: await agent.token(crm) })),
    );
    for (const { agent, token } of loot) expect(await agent.use(token, crm.url)).toBe('ok');
    const startedAt = performance.now();
    await stage.operator.compromiseKey();
    const cutMillis = performance.now() - startedAt;
    const refusedMillis = await Promise.all(
      loot.map(async ({ agent, token }) => {
        const isCut = async () => (await agent.use(token, crm.url)) === 'token_key_cut';
        await vi.waitUntil(isCut, { timeout: 10_000, interval: 5 });
        return performance.now() - startedAt;
      }),
    );
    figure(task, {
      tokens: loot.length,
      cutMillis,
      refusedMillisP50: percentile(refusedMillis, 0.5),
      refusedMillisMost: Math.max(...refusedMillis),
    });
    expect(Math.max(...refusedMillis)).toBeLessThan(5_000);
    // What is issued afterwards is by a key that no thief has seen.
    const [{ agent }] = loot as [(typeof loot)[number]];
    expect(await agent.use(await agent.token(crm), crm.url)).toBe('ok');
  });
});
