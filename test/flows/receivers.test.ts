import { afterEach, describe, expect, it, vi } from 'vitest';
import { type FlowManifestParts, flowManifest } from '../support/flow-manifest.js';
import { soon } from '../support/flow-operator.js';
import { FlowStage } from '../support/flow-stage.js';
import { accept, answer, SetReceiver } from '../support/set-receiver.js';

const sessionRevoked = 'https://schemas.openid.net/secevent/caep/event-type/session-revoked';

const stages: FlowStage[] = [];
const receivers: SetReceiver[] = [];
afterEach(async () => {
  await Promise.all(stages.splice(0).map((stage) => stage.dispose()));
  await Promise.all(receivers.splice(0).map((receiver) => receiver.close()));
});

async function receiver(): Promise<SetReceiver> {
  const listening = await SetReceiver.listen();
  receivers.push(listening);
  return listening;
}

/** The manifest of flows, where the owner `team` has receivers. */
function manifestFor(
  contact: SetReceiver,
  escalation?: SetReceiver,
  parts: FlowManifestParts = {},
): string {
  const at = ({ url }: SetReceiver) => `{ url: "${url}", allowPrivate: true }`;
  const both = [
    `contact: ${at(contact)}`,
    ...(escalation === undefined ? [] : [`escalation: ${at(escalation)}`]),
  ].join(', ');
  return flowManifest(parts).replace(
    'team: { contact: team@example.com }',
    `team: { contact: team@example.com, notify: { ${both} } }`,
  );
}

async function started(manifest: string): Promise<FlowStage> {
  const stage = await FlowStage.start(manifest);
  stages.push(stage);
  return stage;
}

/** Where the broker publishes its keys: another port after each start. */
const keySetOf = ({ broker }: FlowStage) =>
  [...broker.output.matchAll(/HTTP\s+(\S+)/g)].at(-1)?.[1] ?? '';

describe('receivers of an owner', () => {
  // breaks when: the place in the audit moves before the deliveries are written, a delivery is taken out
  // before it was taken, or its id is made anew
  it('get one jti for each cut, through faults, a kill and a restart, signed by a published key', async () => {
    const [contact, escalation] = [await receiver(), await receiver()];
    const stage = await started(manifestFor(contact, escalation));
    const session = await (await stage.agent('triage')).session();
    contact.behaviour = answer(500);
    await stage.operator.cutSession(session.id);
    await vi.waitFor(() => expect(contact.tokens.length).toBeGreaterThanOrEqual(2), soon);
    await stage.broker.stop('SIGKILL');
    contact.behaviour = accept;
    const before = contact.tokens.length;
    await stage.broker.start();
    await vi.waitFor(() => expect(contact.tokens.length).toBeGreaterThan(before), soon);
    await vi.waitFor(() => expect(escalation.tokens.length).toBeGreaterThan(0), soon);

    const claims = await contact.verified(keySetOf(stage));
    expect(new Set(claims.map(({ jti }) => jti)).size).toBe(1);
    expect(contact.types.every((type) => type === 'application/secevent+jwt')).toBe(true);
    const [first] = claims;
    expect(claims.every((each) => JSON.stringify(each) === JSON.stringify(first))).toBe(true);
    expect(first).toMatchObject({
      sub_id: { format: 'complex', session: { format: 'opaque', id: session.id } },
      events: {
        [sessionRevoked]: {
          initiating_entity: 'admin',
          reason_admin: { en: 'a test' },
          creance: { kind: 'cut', of: 'session', sessionsEnded: 1, author: 'dev' },
        },
      },
    });
    for (const absent of ['exp', 'sub']) expect(first).not.toHaveProperty(absent);
    const [escalated] = await escalation.verified(keySetOf(stage));
    expect(escalated?.jti).not.toBe(first?.jti);
  });

  // breaks when: a cut waits for what it causes
  it('never hold up a cut or each other, whatever they do', async () => {
    const [contact, escalation] = [await receiver(), await receiver()];
    contact.behaviour = () => {};
    const stage = await started(manifestFor(contact, escalation));
    const agent = await stage.agent('triage');
    for (let i = 0; i < 3; i += 1) {
      const session = await agent.session();
      const startedAt = performance.now();
      await stage.operator.cutSession(session.id);
      expect(performance.now() - startedAt).toBeLessThan(1_000);
    }
    await vi.waitFor(() => expect(escalation.tokens).toHaveLength(3), soon);
    // In order, and one after the other: the one that hangs has got the first and no other.
    expect(contact.tokens).toHaveLength(1);
  });

  it('get what concerns their own workloads, holds and resumes too, and nothing else', async () => {
    const contact = await receiver();
    const stage = await started(manifestFor(contact));
    const ours = await (await stage.agent('triage')).session();
    const theirs = await (await stage.agent('mail-writer')).session();
    await stage.operator.cutSession(theirs.id);
    await stage.operator.suspend(ours.id);
    await stage.operator.resume(ours.id);
    await stage.operator.cut({ $case: 'workload', value: 'triage' });
    await vi.waitFor(() => expect(contact.tokens).toHaveLength(3), soon);
    const claims = await contact.verified(keySetOf(stage));
    const uris = claims.flatMap(({ events }) => Object.keys(events as object));
    expect(uris).toEqual([
      'https://creance.dev/events/held',
      'https://creance.dev/events/resumed',
      'https://creance.dev/events/cut',
    ]);
    expect(JSON.stringify(claims)).not.toContain(theirs.id);
  });

  // breaks when: owners are looked up in the manifest of the moment, which knows the workload no more
  it('hear of the end of workloads that leave, and of a cut that names nobody', async () => {
    const contact = await receiver();
    const stage = await started(manifestFor(contact));
    await (await stage.agent('triage')).session();
    await (await stage.agent('fierce')).session();
    stage.broker.reload(manifestFor(contact, undefined, { without: ['triage'] }));
    await vi.waitFor(() => expect(contact.tokens).toHaveLength(1), soon);
    await stage.operator.cut({ $case: 'beforeRevision', value: 0n });
    await vi.waitFor(() => expect(contact.tokens).toHaveLength(2), soon);
    const claims = await contact.verified(keySetOf(stage));
    const cuts = claims.map(({ events }) => Object.values(events as object)[0].creance);
    expect(cuts).toMatchObject([
      { kind: 'manifest_applied', workloads: ['triage'], sessionsEnded: 1 },
      { of: 'before', workloads: ['fierce'], sessionsEnded: 1 },
    ]);
  });
});
