import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAuditForm } from '../support/audit-form.js';
import type { BareAgent } from '../support/bare-agent.js';
import type { HttpResource } from '../support/flow-resource.js';
import { FlowStage } from '../support/flow-stage.js';
import { delegate, openWith, outcomeOf, type RawSession } from '../support/raw-tree.js';
import { TestKey } from '../support/test-key.js';

let stage: FlowStage;
let crm: HttpResource;
let mail: HttpResource;

beforeAll(async () => {
  stage = await FlowStage.start();
  [crm, mail] = await Promise.all([stage.resource('crm'), stage.resource('mail')]);
});

afterAll(async () => {
  // breaks when: what a fact does is written with other facts than the reference of audit events names
  const met = expectAuditForm(stage.broker.data);
  expect([...met]).toEqual(expect.arrayContaining(['theft_answered', 'tokens_cut', 'session_cut']));
  await stage.dispose();
});

/** Somebody else with the key: what the maker of a child session holds, for that child. */
const asChild = (parent: BareAgent, { id, key }: RawSession): BareAgent => {
  const child = parent.copy();
  stage.closeLater(() => child.close());
  Object.assign(child, { id, key });
  return child;
};

describe('two makers of proofs with one copied key', () => {
  // breaks when: clone-watch.ts judges no pair of two sources; answerTheft holds the session and not its root
  it('are found across two services: tree and evidence are held, and the next time revoked', async () => {
    const root = await stage.bare('triage');
    const child = asChild(root, await delegate(root.client, root, new TestKey()));
    const [atCrm, atMail] = [await child.token(crm), await child.token(mail)];
    for (const [token, { url }] of [
      [atCrm, crm],
      [atMail, mail],
    ] as const)
      expect(await child.use(token, url)).toBe('ok');
    const clone = child.copy();
    stage.closeLater(() => clone.close());

    expect(await clone.use(atMail, mail.url)).toBe('ok');
    expect(await child.use(atCrm, crm.url)).toBe('ok');
    expect(clone.client.counter).toBe(child.client.counter);
    const first = await stage.operator.theft(child.id);
    expect(first).toMatchObject({
      fact: 'cloned_key',
      session: root.id,
      outcome: 'tree_suspended',
      sessionsEnded: 2,
    });
    expect(await stage.operator.states(root.id)).toEqual(['suspended', 'suspended']);
    await stage.operator.enforced(first.revision);
    expect(await clone.use(atMail, mail.url)).toBe('token_cut');
    expect(await outcomeOf(child.token(crm))).toBe('session_suspended');
    const back = { join: root.join, key: root.evidenceKey, redeem: false };
    expect(await outcomeOf(openWith(root.client, back, new TestKey()))).toBe('evidence_held');

    expect(await stage.operator.resume(root.id)).toBe(2);
    const [again, alsoAgain] = [await child.token(crm), await child.token(mail)];
    clone.client.counter = child.client.counter;
    expect(await child.use(again, crm.url)).toBe('ok');
    expect(await clone.use(alsoAgain, mail.url)).toBe('ok');
    const second = await stage.operator.theft(child.id, 2);
    expect(second).toMatchObject({ session: root.id, outcome: 'tree_revoked', sessionsEnded: 2 });
    expect(await stage.operator.states(root.id)).toEqual(['revoked', 'revoked']);
    expect(await outcomeOf(openWith(root.client, back, new TestKey()))).toBe('evidence_held');
  });

  it('are found between a service and the broker', async () => {
    const agent = await stage.bare('triage');
    const token = await agent.token(crm);
    expect(await agent.use(token, crm.url)).toBe('ok');
    const clone = agent.copy();
    stage.closeLater(() => clone.close());
    expect(await clone.use(token, crm.url)).toBe('ok');
    await outcomeOf(agent.token(crm));
    expect(await stage.operator.theft(agent.id)).toMatchObject({ outcome: 'tree_suspended' });
  });

  it('are found when the clone counts on its own from one', async () => {
    const agent = await stage.bare('triage');
    const token = await agent.token(crm);
    for (let times = 0; times < 3; times += 1) expect(await agent.use(token, crm.url)).toBe('ok');
    const clone = agent.copy();
    stage.closeLater(() => clone.close());
    clone.client.counter = 0;
    const later = { iat: Math.floor(Date.now() / 1_000) + 2 };
    expect(await clone.send(clone.request(token, crm.url, later))).toBe('ok');
    expect(await stage.operator.theft(agent.id)).toMatchObject({ outcome: 'tree_suspended' });
  });
});

describe('a token with a proof by another key', () => {
  const leak = async (workload: string) => {
    const root = await stage.bare(workload);
    const child = asChild(root, await delegate(root.client, root, new TestKey()));
    const [ofRoot, ofChild] = [await root.token(crm), await child.token(crm)];
    expect(await root.use(ofRoot, crm.url)).toBe('ok');
    child.nonces.set(crm.origin, root.nonces.get(crm.origin) ?? '');
    expect(await child.use(ofChild, crm.url)).toBe('ok');
    const thief = child.copy();
    stage.closeLater(() => thief.close());
    thief.key = new TestKey();
    expect(await thief.use(ofChild, crm.url)).toBe('proof_wrong_key');
    const theft = await stage.operator.theft(child.id);
    await stage.operator.enforced(theft.revision);
    const states = await Promise.all([root, child].map(({ id }) => stage.operator.session(id)));
    return {
      theft,
      states: states.map(({ state }) => state),
      ofRoot: await root.use(ofRoot, crm.url),
      ofChild: await child.use(ofChild, crm.url),
      next: await outcomeOf(child.token(crm)),
      evidence: await outcomeOf(root.copy().open()),
    };
  };

  // breaks when: respond.ts takes the root's policy, or reads `session` where it says `token`
  it('costs the token, where the workload says nothing else, and the session goes on', async () => {
    expect(await leak('triage')).toMatchObject({
      theft: { fact: 'foreign_key', outcome: 'tokens_cut', sessionsEnded: 0 },
      states: ['live', 'live'],
      ofRoot: 'ok',
      ofChild: 'token_cut',
      next: 'ok',
      evidence: 'ok',
    });
  });

  it('costs the session, where the workload says so', async () => {
    expect(await leak('fierce')).toMatchObject({
      theft: { outcome: 'session_revoked', sessionsEnded: 1 },
      states: ['live', 'revoked'],
      ofRoot: 'ok',
      ofChild: 'token_cut',
      next: 'session_revoked',
      evidence: 'ok',
    });
  });

  it('costs the whole tree, where the workload says so', async () => {
    expect(await leak('fiercest')).toMatchObject({
      theft: { outcome: 'tree_revoked', sessionsEnded: 2 },
      states: ['revoked', 'revoked'],
      ofRoot: 'token_cut',
      ofChild: 'token_cut',
      next: 'session_revoked',
      evidence: 'ok',
    });
  });
});

describe('proofs without a counter after proofs with one', () => {
  /** Some seconds later than all that the agent has signed. */
  const plain = () => ({ ctr: undefined, iat: Math.floor(Date.now() / 1_000) + 2 });

  // breaks when: a client that makes proofs in two ways is answered as a theft
  it('hold an honest client that mixes, as in doubt and not as a theft', async () => {
    const agent = await stage.bare('triage');
    const token = await agent.token(crm);
    expect(await agent.use(token, crm.url)).toBe('ok');
    expect(await agent.send(agent.request(token, crm.url, plain()))).toBe('ok');
    const answered = await stage.operator.theft(agent.id);
    expect(answered).toMatchObject({ fact: 'counter_left_out', outcome: 'tree_suspended' });
    await stage.operator.enforced(answered.revision);
    expect(await agent.use(token, crm.url)).toBe('token_cut');
    expect(await outcomeOf(agent.token(crm))).toBe('session_suspended');
    expect(await stage.operator.states(agent.id)).toEqual(['suspended']);
    expect(await outcomeOf(stage.operator.resume(agent.id))).toBe('revalidation_required');
  });

  it('give a thief away who leaves the counter out, and keep him from coming back', async () => {
    const agent = await stage.bare('triage');
    const token = await agent.token(crm);
    expect(await agent.use(token, crm.url)).toBe('ok');
    const thief = agent.copy();
    stage.closeLater(() => thief.close());
    expect(await thief.send(thief.request(token, crm.url, plain()))).toBe('ok');
    const answered = await stage.operator.theft(agent.id);
    await stage.operator.enforced(answered.revision);
    expect(await thief.use(token, crm.url)).toBe('token_cut');
    const back = { join: agent.join, key: agent.evidenceKey, redeem: false };
    expect(await outcomeOf(openWith(thief.client, back, new TestKey()))).toBe('evidence_held');
  });

  // breaks when: a proof without a counter is held against another without one
  it('are none for a client that counts nowhere, whatever it does', async () => {
    const agent = await stage.bare('triage');
    const { client } = agent;
    const counted = client.proof.bind(client);
    client.proof = (method, request, key, more) =>
      counted(method, request, key, { ...more, ctr: undefined });
    await agent.open();
    const tokens = [await agent.token(crm), await agent.token(mail)];
    expect(await agent.use(tokens[0] as string, crm.url)).toBe('ok');
    expect(await agent.use(tokens[1] as string, mail.url)).toBe('ok');
    const later = agent.request(tokens[0] as string, crm.url, plain());
    expect(await agent.send(later)).toBe('ok');
    expect(await agent.use(tokens[0] as string, crm.url)).toBe('ok');
    await stage.operator.judged(agent.id, { allowed: 4, refused: 0 });
    expect(stage.operator.thefts(agent.id)).toEqual([]);
    expect(await stage.operator.states(agent.id)).toEqual(['live']);
  });
});
