import { parseToken } from '@creance/proto';
import { IssueTokenRequest, IssueTokenResponse } from '@creance/proto/wire';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { BareAgent } from '../support/bare-agent.js';
import { BrokerProcess } from '../support/broker-process.js';
import { figure } from '../support/figure.js';
import { audiences, flowManifest } from '../support/flow-manifest.js';
import { soon } from '../support/flow-operator.js';
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

describe('a wall clock that steps', () => {
  // breaks when: the verifier takes a token from the future, or the broker forgets that a token must end
  it.skipIf(!canStep).for([hour, -hour])(
    'F-19 by %i s at the broker makes no token that lives longer than it may',
    { timeout: 60_000 },
    async (seconds, { task }) => {
      const { outcomes, uses, sessionAfterwards } = await stepped(seconds);
      const words = (outcome: string) => (parseToken(outcome).ok ? 'token' : outcome);
      figure(task, {
        honestAgent: words(outcomes[0] ?? ''),
        agentThatSteppedToo: words(outcomes[1] ?? ''),
        usesOfTokens: uses.join(' ') || 'none',
        sessionAfterwards: words(sessionAfterwards),
      });
    },
  );
});

async function stepped(seconds: number) {
  const machine = new SteppedMachine();
  const broker = new BrokerProcess(flowManifest(), 'error', machine.environment);
  closers.push(() => broker.dispose());
  await broker.start();
  const crm = await HttpResource.join(broker, 'crm');
  closers.push(() => crm.close());
  const join = () => broker.joinString('workload', 'orchestrator');
  const agent = await BareAgent.join(broker.address, await join());
  closers.push(() => agent.close());
  expect(await agent.use(await issueAt(agent, 0), crm.url)).toBe('ok');
  machine.step(seconds);
  // An honest agent, whose clock is right, and one whose clock has stepped as well.
  const outcomes = [await issueAt(agent, 0), await issueAt(agent, seconds)];
  const uses: string[] = [];
  for (const outcome of outcomes) {
    const token = parseToken(outcome);
    if (!token.ok) continue;
    const use = await agent.use(outcome, crm.url);
    uses.push(use);
    const { expiresAt } = token.value.unverifiedClaims;
    const isSound =
      expiresAt > nowSeconds() && expiresAt <= nowSeconds() + lifetimeSeconds + leewaySeconds;
    expect(use === 'ok' ? isSound : true).toBe(true);
  }
  machine.step(0);
  const later = await BareAgent.join(broker.address, await join());
  closers.push(() => later.close());
  expect(await later.use(await issueAt(later, 0), crm.url)).toBe('ok');
  return { outcomes, uses, sessionAfterwards: await issueAt(agent, 0) };
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
