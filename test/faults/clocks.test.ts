import { parseToken } from '@creance/proto';
import { IssueTokenRequest, IssueTokenResponse } from '@creance/proto/wire';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { BareAgent } from '../support/bare-agent.js';
import { BrokerProcess } from '../support/broker-process.js';
import { figure } from '../support/figure.js';
import { audiences, flowManifest } from '../support/flow-manifest.js';
import { bytesOfId, soon } from '../support/flow-operator.js';
import { HttpResource } from '../support/flow-resource.js';
import { FlowStage } from '../support/flow-stage.js';
import { machineClock } from '../support/machine-clock.js';
import { Refused } from '../support/refused.js';
import { canStep, SteppedMachine } from '../support/stepped-machine.js';

const hour = 3_600;
const lifetimeSeconds = 60;
const leewaySeconds = 5;
const scopes = ['contacts:read'];
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const nowSeconds = () => Math.floor(Date.now() / 1_000);

/** Asks for a token with a proof of another time; gives it, or the reason of the refusal. */
async function issueAt({ client, id, key }: BareAgent, aheadSeconds: number): Promise<string> {
  const ask = { audience: audiences.crm, scopes, lifetimeSeconds };
  const request = IssueTokenRequest.encode(ask).finish();
  const method = 'SessionService/IssueToken';
  const attempt = () => {
    const proof = client.proof(method, request, key, { iat: nowSeconds() + aheadSeconds });
    return client.send(method, request, [
      ['dpop', proof],
      ['creance-session', id],
    ]);
  };
  const again = (error: unknown) => {
    if (error instanceof Refused && error.reason === 'nonce_required') return attempt();
    throw error;
  };
  try {
    return IssueTokenResponse.decode(await attempt().catch(again)).token;
  } catch (error) {
    if (error instanceof Refused) return error.reason;
    throw error;
  }
}

/** How often an agent asks until it is answered as it should be. */
const until = { timeout: 20_000, interval: 250 };

describe('a wall clock that steps', () => {
  // breaks when: the step is followed (`now` of the believed clock gives the wall), or a verb asks without the clock
  it.skipIf(!canStep).for([hour, -hour])(
    'F-19 by %i s at the broker issues nothing until it is right again, and ends nothing',
    { timeout: 90_000 },
    async (seconds, { task }) => {
      const machine = new SteppedMachine();
      const broker = new BrokerProcess(flowManifest(), 'info', machine.environment);
      closers.push(() => broker.dispose());
      await broker.start();
      const crm = await HttpResource.join(broker, 'crm');
      closers.push(() => crm.close());
      const join = () => broker.joinString('workload', 'orchestrator');
      const agent = await BareAgent.join(broker.address, await join());
      const toCut = await BareAgent.join(broker.address, await join());
      closers.push(
        () => agent.close(),
        () => toCut.close(),
      );
      const joinString = await join();
      const taken = await issueAt(agent, 0);
      expect(await agent.use(taken, crm.url)).toBe('ok');

      machine.step(seconds);
      const steppedAt = performance.now();
      // An honest agent, whose clock is right, and one whose clock has stepped as well.
      const honest = await issueAt(agent, 0);
      const millisToRefuse = Math.round(performance.now() - steppedAt);
      const steppedToo = await issueAt(agent, seconds);
      expect([honest, millisToRefuse <= 5_000]).toEqual(['clock_unsafe', true]);
      expect(parseToken(steppedToo).ok).toBe(false);
      const opening = await refusalOf(BareAgent.join(broker.address, joinString));
      expect(opening).toBe('clock_unsafe');
      // What was issued lives on, and cuts work and are heard.
      expect(await agent.use(taken, crm.url)).toBe('ok');
      await broker.cut(bytesOfId(toCut.id));
      await vi.waitUntil(() => broker.output.includes('the clock is not believed'), soon);

      machine.step(0);
      const setRightAt = performance.now();
      const again = await vi.waitUntil(async () => {
        const outcome = await issueAt(agent, 0);
        return parseToken(outcome).ok && outcome;
      }, until);
      const secondsToIssue = Math.round((performance.now() - setRightAt) / 1_000);
      const token = parseToken(again);
      const ends = token.ok ? token.value.unverifiedClaims.expiresAt : 0;
      expect(ends - nowSeconds()).toBeGreaterThan(0);
      expect(ends - nowSeconds()).toBeLessThanOrEqual(lifetimeSeconds + leewaySeconds);
      expect(await agent.use(again, crm.url)).toBe('ok');
      expect(secondsToIssue).toBeGreaterThanOrEqual(9);
      expect(await issueAt(toCut, 0)).toBe('session_revoked');
      // The join token that was refused was not used up.
      const later = await BareAgent.join(broker.address, joinString);
      closers.push(() => later.close());
      figure(task, {
        honestAgent: honest,
        agentThatSteppedToo: steppedToo,
        millisToRefuse,
        secondsToIssueAgain: secondsToIssue,
        sessionsLost: 0,
      });
    },
  );
});

async function refusalOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
    return 'ok';
  } catch (error) {
    if (error instanceof Refused) return error.reason;
    throw error;
  }
}

describe('the clock of a verifier', () => {
  let stage: FlowStage;
  const verdictAt = async (aheadSeconds: number) => {
    let ahead = 0;
    const clock = { ...machineClock({}), now: () => Date.now() + ahead * 1_000 };
    // One that is wrong from the start is not let in, and told why: its clock drifts afterwards.
    const crm = await HttpResource.join(stage.broker, 'crm', { clock });
    closers.push(() => crm.close());
    const agent = await stage.bare('orchestrator');
    expect(await agent.use(await agent.token(crm), crm.url)).toBe('ok');
    ahead = aheadSeconds;
    const isTold = () => crm.events.some((event) => event.kind === 'clock_skew');
    if (Math.abs(aheadSeconds) > leewaySeconds) await vi.waitUntil(isTold, soon);
    const outcome = await agent.use(await agent.token(crm), crm.url);
    const told = crm.events.find((event) => event.kind === 'clock_skew');
    return { outcome, seconds: told?.kind === 'clock_skew' ? told.seconds : undefined };
  };

  // breaks when: the leeway grows, or a skew is refused without a word of how much it is
  it('F-20 may differ by 4 s; one that is further behind takes nothing, and the owner is told by how much', async ({
    task,
  }) => {
    stage = await FlowStage.start();
    closers.push(() => stage.dispose());
    const near = [await verdictAt(4), await verdictAt(-4)];
    const far = [await verdictAt(30), await verdictAt(-30)];
    figure(task, {
      at4: near.map(({ outcome }) => outcome).join(' '),
      at30: far.map(({ outcome }) => outcome).join(' '),
      told: far.map(({ seconds }) => `${seconds} s`).join(' '),
    });
    expect(near.map(({ outcome }) => outcome)).toEqual(['ok', 'ok']);
    // One that is behind would take tokens after their end; one that is ahead only ends them early.
    expect(far[1]?.outcome).toBe('token_from_future');
    expect(far.map(({ seconds }) => Math.abs(seconds ?? 0))).toEqual([30, 30]);
  });
});
