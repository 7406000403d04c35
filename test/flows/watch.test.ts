import { ActionOutcome, type Observation } from '@creance/proto/wire';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { expectAuditForm } from '../support/audit-form.js';
import { BareAgent } from '../support/bare-agent.js';
import { bytesOfId, soon } from '../support/flow-operator.js';
import type { HttpResource } from '../support/flow-resource.js';
import { type AgentOnStage, FlowStage, use } from '../support/flow-stage.js';
import { HostileResource, observation } from '../support/hostile-resource.js';
import { outcomeOf } from '../support/raw-tree.js';

let stage: FlowStage;
let crm: HttpResource;
let seenAt: Record<'crm' | 'mail' | 'tickets', HostileResource>;
let agent: AgentOnStage;

const calm = ['search', 'read', 'read', 'note', 'read', 'close'];
const script = ['export', 'delete', 'grant', 'export_all'];

beforeAll(async () => {
  stage = await FlowStage.start();
  crm = await stage.resource('crm');
  const [first, second, third] = await Promise.all(
    (['crm', 'mail', 'tickets'] as const).map(async (name) => {
      const join = await stage.broker.joinString('verifier', name);
      const session = await BareAgent.join(stage.broker.address, join);
      stage.closeLater(() => session.close());
      return new HostileResource(session);
    }),
  );
  seenAt = { crm: first, mail: second, tickets: third } as typeof seenAt;
  agent = await stage.agent('triage');
  await learnCalm(16);
}, 60_000);

afterAll(async () => {
  // breaks when: what the watch does is written with other facts than the reference of audit events names
  expect([...expectAuditForm(stage.broker.data)]).toContain('risk_suspended');
  await stage.dispose();
});

function seen(id: string, action: string, ageMillis: number): Observation {
  return observation({
    sessionId: bytesOfId(id),
    action,
    ageMillis,
    outcome: ActionOutcome.ACTION_OUTCOME_ALLOWED,
    vantage: { origin: false, destination: false, outcome: true },
  });
}

/** Calm sessions at the agent's own pace, that end: what the workload is held against. */
async function learnCalm(sessions: number): Promise<void> {
  for (let nth = 0; nth < sessions; nth += 1) {
    const session = await agent.session();
    await seenAt.crm.report(calm.map((action, at) => seen(session.id, action, 1_900 - at * 350)));
    await session.close();
  }
  await vi.waitFor(async () => expect(await stage.operator.learned('triage')).toBe(sessions), soon);
}

/** A calm beginning, and then somebody with a script, at three services. */
async function hijack(id: string): Promise<void> {
  await seenAt.crm.report(calm.slice(0, 3).map((action, at) => seen(id, action, 1_900 - at * 350)));
  for (const [at, action] of script.entries()) {
    for (const name of ['mail', 'tickets', 'crm'] as const)
      await seenAt[name].report([seen(id, `${action}_${at}`, 0)]);
  }
}

describe('the watch', () => {
  it('holds a session that leaves its habit at script speed, and lets a calm one work', async () => {
    const [bystander, victim] = [await agent.session(), await agent.session()];
    expect(await use(victim, crm)).toBe('ok');
    await hijack(victim.id);
    await vi.waitFor(
      async () => expect(await stage.operator.states(victim.id)).toEqual(['suspended']),
      soon,
    );
    await vi.waitFor(async () => expect(await use(victim, crm)).not.toBe('ok'), soon);
    expect(await use(bystander, crm)).toBe('ok');
    expect(await outcomeOf(stage.operator.resume(victim.id))).toBe('revalidation_required');
  });

  it('remembers over a crash what it has learned and what it holds', async () => {
    const held = await (await stage.agent('triage')).session();
    await hijack(held.id);
    await vi.waitFor(
      async () => expect(await stage.operator.states(held.id)).toEqual(['suspended']),
      soon,
    );
    await stage.broker.stop('SIGKILL');
    await stage.broker.start();
    // breaks when: watch-parts.ts does not restore profiles
    expect(await stage.operator.learned('triage')).toBe(16);
    expect(await stage.operator.states(held.id)).toEqual(['suspended']);
  });
});
