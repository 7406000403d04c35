import type { Session } from '@creance/sdk';
import { afterEach, expect, it, vi } from 'vitest';
import { figure, sized } from '../support/figure.js';
import { audiences } from '../support/flow-manifest.js';
import { FlowStage, use } from '../support/flow-stage.js';
import { RawClient } from '../support/raw-client.js';
import { openWith, outcomeOf } from '../support/raw-tree.js';
import { TestKey } from '../support/test-key.js';

const lanes = 20;
/** Milliseconds that a broker has to let calls in flight finish, and a little for its own end. */
const stopMillisMax = 12_000;

let stage: FlowStage;
afterEach(() => stage.dispose());

async function opened() {
  const client = new RawClient(stage.broker.address);
  const join = await stage.broker.joinString('workload', 'orchestrator');
  const evidence = { join, key: new TestKey(), redeem: true };
  return { client, ...(await openWith(client, evidence, new TestKey())) };
}

/** Asks for tokens without pause until nobody answers; gives what became of calls from before a moment. */
async function lane(
  { client, id, key }: Awaited<ReturnType<typeof opened>>,
  stopping: { at: number },
): Promise<readonly string[]> {
  const before: string[] = [];
  for (;;) {
    const askedAt = performance.now();
    const outcome = await outcomeOf(client.issue(id, key, audiences.crm, ['contacts:read']));
    if (askedAt < stopping.at) before.push(outcome);
    if (outcome !== 'ok') break;
  }
  client.close();
  return before;
}

// breaks when: main.ts exits before calls in flight have their answers, or streams are cut without a word
it('F-79 a broker that is told to stop fails nothing in flight, and tells everybody to move', {
  timeout: 60_000 + sized(1, 20) * 15_000,
}, async ({ task }) => {
  const rounds = sized(1, 20);
  const outcomes: Record<string, number> = {};
  const stops: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    stage = await FlowStage.start();
    const crm = await stage.resource('crm');
    const { session, events } = await stage.agent('orchestrator');
    const open: Session = await session();
    expect(await use(open, crm)).toBe('ok');
    const members: Awaited<ReturnType<typeof opened>>[] = [];
    for (let at = 0; at < lanes; at += 1) members.push(await opened());
    const stopping = { at: Number.POSITIVE_INFINITY };
    const all = members.map((member) => lane(member, stopping));
    await new Promise((resolve) => setTimeout(resolve, 500));
    stopping.at = performance.now();
    await stage.broker.stop('SIGTERM');
    stops.push(performance.now() - stopping.at);
    for (const outcome of (await Promise.all(all)).flat())
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    // Whoever has a token goes on with it, and both sides know why the lines are gone.
    expect(await use(open, crm)).toBe('ok');
    const lost = () => events.find((event) => event.type === 'stream_lost');
    await vi.waitUntil(lost, 5_000);
    expect(lost()).toMatchObject({ code: 'CREANCE_SHUTTING_DOWN' });
    const parted = crm.events.find((event) => event.kind === 'disconnected');
    expect(parted).toMatchObject({ code: 'shutting_down' });
    if (round < rounds - 1) await stage.dispose();
  }
  const { ok = 0, shutting_down = 0, ...failed } = outcomes;
  figure(task, {
    stops: rounds,
    callsBefore: ok + shutting_down,
    answered: ok,
    toldToMove: shutting_down,
    failed: Object.values(failed).reduce((sum, count) => sum + count, 0),
    stopMillisMost: Math.max(...stops),
  });
  expect(failed).toEqual({});
  expect(ok).toBeGreaterThan(lanes * rounds);
  expect(Math.max(...stops)).toBeLessThan(stopMillisMax);
});
