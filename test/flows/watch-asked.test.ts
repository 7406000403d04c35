import {
  ActionOutcome,
  SuggestEnvelopeRequest,
  SuggestEnvelopeResponse,
} from '@creance/proto/wire';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { BareAgent } from '../support/bare-agent.js';
import { audiences } from '../support/flow-manifest.js';
import { bytesOfId, soon } from '../support/flow-operator.js';
import { type AgentOnStage, FlowStage } from '../support/flow-stage.js';
import { HostileResource, observation } from '../support/hostile-resource.js';

let stage: FlowStage;
let crm: HostileResource;
let agent: AgentOnStage;

beforeAll(async () => {
  stage = await FlowStage.start();
  const join = await stage.broker.joinString('verifier', 'crm');
  const verifier = await BareAgent.join(stage.broker.address, join);
  stage.closeLater(() => verifier.close());
  crm = new HostileResource(verifier);
  agent = await stage.agent('orchestrator');
}, 60_000);

afterAll(() => stage.dispose());

async function suggested(): Promise<SuggestEnvelopeResponse> {
  const request = SuggestEnvelopeRequest.encode({ workload: 'orchestrator' }).finish();
  const reply = await stage.broker.operatorCall('OperatorService/SuggestEnvelope', request);
  return SuggestEnvelopeResponse.decode(reply);
}

/** A session that asks for a token, is seen at the crm, and ends calm. */
async function calmSession(): Promise<void> {
  const session = await agent.session();
  await session.token({ audience: audiences.crm, scopes: ['contacts:read'] });
  const seen = observation({
    sessionId: bytesOfId(session.id),
    action: 'read',
    outcome: ActionOutcome.ACTION_OUTCOME_ALLOWED,
    vantage: { origin: false, destination: false, outcome: true },
  });
  await crm.report([seen]);
  await session.close();
}

describe('what calm sessions never asked for', () => {
  it('is named, also after a restart', async () => {
    for (let nth = 0; nth < 5; nth += 1) await calmSession();
    const expected = {
      unusedResources: ['mail', 'tickets'],
      unusedScopes: ['crm contacts:export'],
    };
    await vi.waitFor(async () => expect(await suggested()).toMatchObject(expected), soon);
    const { yaml } = await suggested();
    expect(yaml).toContain('never asked for: crm contacts:export');
    await stage.broker.stop();
    await stage.broker.start();
    // breaks when: watch-parts.ts does not keep or restore what was asked
    expect(await suggested()).toMatchObject(expected);
  });
});
