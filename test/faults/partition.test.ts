import type { Session } from '@creance/sdk';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { FaultyWay } from '../support/faulty-way.js';
import { figure, sized } from '../support/figure.js';
import { audiences, flowManifest } from '../support/flow-manifest.js';
import type { HttpResource } from '../support/flow-resource.js';
import { FlowStage } from '../support/flow-stage.js';

/** The crm lets in by what it knows; the mail refuses what it cannot be sure of. */
const manifest = flowManifest()
  .replaceAll('lifetimeSeconds: 300', 'lifetimeSeconds: 60')
  .replace(`audience: ${audiences.crm}`, `audience: ${audiences.crm}\n    strictness: bestEffort`);
const lookMillis = 50;

interface Said {
  readonly stale?: boolean;
  readonly reason?: string;
}

async function asked(session: Session, { name, url, scope }: HttpResource): Promise<Said> {
  const reply = await session.fetch(url, { audience: audiences[name], scopes: [scope] });
  const { stale, reason } = (await reply.json()) as Said;
  return reply.ok ? { stale: stale === true } : { reason: reason ?? '' };
}

describe('a verifier that is cut off from its broker', () => {
  let stage: FlowStage;
  let session: Session;
  beforeAll(async () => {
    stage = await FlowStage.start(manifest);
    session = await (await stage.agent('orchestrator')).session();
  });
  afterAll(() => stage.dispose());

  // breaks when: judge.ts takes a stale view for a fresh one, or forgets to say that it is stale
  it('F-15 refuses once its view is stale, or allows and says so, and is current soon after', {
    timeout: 90_000,
  }, async ({ task }) => {
    const maxStaleSeconds = sized(3, 10);
    const way = await FaultyWay.open(stage.broker.address);
    const join = (name: 'crm' | 'mail') =>
      way.through(() => stage.resource(name, { maxStaleSeconds }));
    const [lenient, strict] = [await join('crm'), await join('mail')];
    const both = () => Promise.all([asked(session, lenient), asked(session, strict)]);
    expect(await both()).toEqual([{ stale: false }, { stale: false }]);
    const partedAt = performance.now();
    way.part();
    const refused = async () => (await asked(session, strict)).reason === 'feed_stale';
    await vi.waitUntil(refused, { timeout: 30_000, interval: lookMillis });
    const refusedAfterSeconds = (performance.now() - partedAt) / 1_000;
    expect(await asked(session, lenient)).toEqual({ stale: true });
    const healedAt = performance.now();
    way.heal();
    const current = async () => (await both()).every(({ stale }) => stale === false);
    await vi.waitUntil(current, { timeout: 20_000, interval: lookMillis });
    figure(task, {
      maxStaleSeconds,
      refusedAfterSeconds,
      currentAfterHealSeconds: (performance.now() - healedAt) / 1_000,
    });
    expect(refusedAfterSeconds).toBeLessThan(maxStaleSeconds + 2);
    await way.close();
  });
});
