import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startMeters } from '../doubles/meters.js';
import { type Stage, setStage } from '../doubles/stage.js';
import { agentMetrics } from './metrics.js';

const crm = { audience: 'https://crm.example', scopes: ['contacts:read'] };

let stage: Stage;
let meters: ReturnType<typeof startMeters> | undefined;
beforeEach(() => {
  stage = setStage();
});
afterEach(() => meters?.stop());

describe('tokens that were asked for', () => {
  // breaks when: the provider must be there before the SDK is loaded
  it('are counted by where they came from and what came of it', async () => {
    const session = await stage.open();
    meters = startMeters();
    await session.token(crm);
    await session.token(crm);
    stage.broker.refuseNext('IssueToken', 'scope_not_granted');
    await session.token({ ...crm, scopes: ['contacts:export'] }).catch(() => {});
    expect(meters.told).toEqual([
      ['creance.agent.tokens', 1, { source: 'broker', outcome: 'ok' }],
      ['creance.agent.tokens', 1, { source: 'memory', outcome: 'ok' }],
      ['creance.agent.tokens', 1, { source: 'broker', outcome: 'CREANCE_SCOPE_NOT_GRANTED' }],
    ]);
  });

  // breaks when: a name is not pinned
  it('have no name and no attribute that the reference page does not have', async () => {
    const session = await stage.open();
    meters = startMeters();
    await session.token(crm);
    for (const [name, , attributes] of meters.told) {
      expect(name).toBe(agentMetrics.tokens.name);
      expect(Object.keys(attributes ?? {})).toEqual(Object.keys(agentMetrics.tokens.attributes));
    }
  });

  it('are not counted once nobody measures any more', async () => {
    const session = await stage.open();
    meters = startMeters();
    meters.stop();
    await session.token(crm);
    expect(meters.told).toEqual([]);
  });
});
