import type { Session } from '@creance/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openMail } from '../stage/mail.js';
import { briefManifest, briefTokenSeconds, reads } from '../stage/manifest.js';
import { AdapterStage, codeOf } from '../stage/stage.js';
import { aiSdk } from './ai-sdk.js';
import type { FrameworkAgent, FrameworkPlace } from './framework.js';
import { langChain } from './langchain.js';
import { mcp1, mcp2 } from './mcp.js';

/** Sessions that come back together, beside those of the adapters. */
const crowd = 40;
const testMillis = 120_000;

let stage: AdapterStage;
beforeAll(async () => {
  stage = await AdapterStage.start(briefManifest);
});
afterAll(() => stage.dispose());

const pause = (millis: number) => new Promise((resolve) => void setTimeout(resolve, millis));
const isAway = (code: unknown) => code === 'CREANCE_BROKER_UNAVAILABLE';

/** Does it until the broker is not away. Gives the moment. */
async function untilBack(work: () => Promise<unknown>): Promise<number> {
  while (isAway(await work().then(() => undefined, codeOf)));
  return performance.now();
}

/** What came of calling a tool over and over, until the code of its first error. */
async function useUp(agent: FrameworkAgent): Promise<{ lastMillis: number; code: unknown }> {
  let lastMillis = 0;
  for (;;) {
    const askedAt = performance.now();
    try {
      await agent.run('readContacts');
      lastMillis = askedAt;
      await pause(100);
    } catch (error) {
      return { lastMillis, code: codeOf(error) };
    }
  }
}

/** The most that came within so many milliseconds. */
function peak(moments: readonly number[], windowMillis: number): number {
  const within = (from: number) =>
    moments.filter((at) => at >= from && at < from + windowMillis).length;
  return Math.max(...moments.map(within));
}

describe('a broker that is away', () => {
  // breaks when: tries are made at the same moments by all
  it('finds no herd when it comes back to many sessions that want tokens', async () => {
    const sessions: Session[] = [];
    for (let at = 0; at < crowd; at += 1) sessions.push((await stage.agent()).session);
    await stage.stopBroker();
    const back = sessions.map((session) => untilBack(() => session.token(reads)));
    await pause(2_000);
    await stage.startBroker();
    const startedAt = performance.now();
    const moments = (await Promise.all(back)).map((at) => at - startedAt);
    expect(peak(moments, 100)).toBeLessThanOrEqual(crowd / 5);
    expect(Math.max(...moments)).toBeLessThan(10_000);
  });

  // breaks when: a token that works is thrown away with a refresh that failed
  it(
    'leaves each adapter its token to the end, then an error that says so, and then all go on',
    async () => {
      const mail = await openMail(stage);
      const frameworks = [mcp2, mcp1, aiSdk, langChain];
      const places = await Promise.all(frameworks.map((each) => each.open(stage, mail)));
      const open = async (place: FrameworkPlace) => {
        const { session } = await stage.agent();
        const issuedAtMillis = performance.now();
        const agent = await place.agent(session);
        await agent.run('readContacts');
        return { agent, issuedAtMillis };
      };
      const agents = await Promise.all(places.map(open));
      await stage.stopBroker();
      const ends = await Promise.all(agents.map(({ agent }) => useUp(agent)));
      const lifeMillis = briefTokenSeconds * 1_000;
      for (const [at, { lastMillis, code }] of ends.entries()) {
        const usedMillis = lastMillis - (agents[at]?.issuedAtMillis ?? 0);
        expect(code).toBe('CREANCE_BROKER_UNAVAILABLE');
        expect(usedMillis).toBeGreaterThan(lifeMillis * 0.9);
        // And what it took to connect.
        expect(usedMillis).toBeLessThan(lifeMillis + 2_000);
      }
      await stage.startBroker();
      const runs = agents.map(({ agent }) => untilBack(() => agent.run('readContacts')));
      await Promise.all(runs);
      for (const { agent } of agents) expect(await agent.run('readContacts')).toContain('contacts');
    },
    testMillis,
  );
});
