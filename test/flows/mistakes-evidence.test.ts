import { type Creance, connect, type Session } from '@creance/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flowManifest } from '../support/flow-manifest.js';
import type { HttpResource } from '../support/flow-resource.js';
import { FlowStage } from '../support/flow-stage.js';
import { machineClock } from '../support/machine-clock.js';
import { type Mistake, made, sdkErrorOf } from '../support/mistake.js';
import { openWith } from '../support/raw-tree.js';
import { Refused } from '../support/refused.js';
import { TestKey } from '../support/test-key.js';

let stage: FlowStage;
let crm: HttpResource;
let many: Creance;
beforeAll(async () => {
  stage = await FlowStage.start();
  crm = await stage.resource('crm');
  const join = await stage.broker.joinString('workload', 'fierce');
  many = await connect({ join, clock: machineClock({ haste: 20 }) });
  stage.closeLater(() => many.close());
});
afterAll(() => stage.dispose());

/** Somebody starts a copy of a running agent, key and all: two makers of proofs with one key. */
async function copied() {
  const agent = await stage.bare('triage');
  const token = await agent.token(crm);
  expect(await agent.use(token, crm.url)).toBe('ok');
  const copy = agent.copy();
  stage.closeLater(() => copy.close());
  expect(await copy.use(token, crm.url)).toBe('ok');
  await agent.token(crm).catch(() => {});
  await stage.operator.theft(agent.id);
  return agent;
}

/** Opens sessions and closes none, as a loop that forgets to. */
async function leaking(): Promise<Session> {
  for (;;) await many.session({ report: false });
}

const mistakes: readonly Mistake[] = [
  {
    does: 'a new session after its key was used by two',
    code: 'evidence_held',
    fix: /^the evidence is held for a while$/,
    async make() {
      const { client, join, evidenceKey: key } = await copied();
      const opening = openWith(client, { join, key, redeem: false }, new TestKey());
      const refused = await opening.catch((fault: unknown) => fault);
      expect(refused).toBeInstanceOf(Refused);
      const { reason, said } = refused as Refused;
      return { code: reason, text: said };
    },
  },
  {
    does: 'sessions that are never closed',
    code: 'CREANCE_SESSIONS_LIMIT',
    fix: /fix: close sessions that are not needed \(session\.close\); creance session ls shows them/,
    make: () => sdkErrorOf(leaking()),
  },
  {
    does: 'a session of a workload that has left the manifest',
    code: 'CREANCE_WORKLOAD_NOT_REGISTERED',
    fix: /fix: register it in the manifest, and apply it/,
    async make() {
      const agent = await stage.agent('fiercest');
      stage.broker.reload(flowManifest({ without: ['fiercest'] }));
      await expect.poll(() => stage.broker.output).toContain('the manifest was read again');
      return sdkErrorOf(agent.client.session());
    },
  },
];

describe('an agent whose evidence does not do is told the fix for', () => {
  it.each(mistakes.map((mistake) => [mistake.does, mistake] as const))('%s', (_does, mistake) =>
    made(mistake),
  );
});
