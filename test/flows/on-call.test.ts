import { GetSessionRequest, GetSessionResponse } from '@creance/proto/wire';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CreanceCommand } from '../support/creance-command.js';
import { audiences, flowManifest } from '../support/flow-manifest.js';
import { bytesOfId, soon } from '../support/flow-operator.js';
import { type AgentOnStage, endOf, FlowStage } from '../support/flow-stage.js';
import { RawClient } from '../support/raw-client.js';
import { TestKey } from '../support/test-key.js';

let stage: FlowStage;
let agent: AgentOnStage;
beforeAll(async () => {
  stage = await FlowStage.start();
  await stage.resource('crm');
  agent = await stage.agent('orchestrator');
});
afterAll(() => stage.dispose());

const creance = (...args: readonly string[]) =>
  CreanceCommand.run([...args, '--data', stage.broker.data]);
const json = async (...args: readonly string[]) =>
  JSON.parse((await creance(...args, '-o', 'json')).result);

describe('somebody on call', () => {
  it('finds a workload, sees why, ends it, and sees who has ended it', async () => {
    const session = await agent.session({
      task: { grants: [{ audience: audiences.crm, scopes: ['contacts:read'] }] },
    });
    const child = await session.delegate();
    const [found, ...others] = await json(
      ...['session', 'ls', '--workload', 'orchestrator', '--owner', 'team', '--state', 'live'],
    );
    expect([found, ...others].map((each: { session: string }) => each.session).sort()).toEqual(
      [session.id, child.id].sort(),
    );
    expect(found).toMatchObject({ name: 'orchestrator', owner: 'team', state: 'live' });
    expect(await json('session', 'ls', '--workload', 'mail-writer')).toEqual([]);
    const before = await json('session', 'show', child.id);
    expect(before).toMatchObject({
      session: { session: child.id, parent: session.id, state: 'live', owner: 'team' },
      contact: 'team@example.com',
      above: [{ session: session.id }],
      children: [],
      cause: null,
      evidence: { kind: 'parent', isOwn: false },
      mayAsk: [{ resource: 'crm', scopes: ['contacts:read'] }],
    });
    const ended = endOf(session);
    const cut = await creance('cut', '--session', session.id, '--reason', 'looks stolen');
    expect([cut.code, cut.result]).toEqual([0, expect.stringContaining('enforced by 1 of 1')]);
    await ended;
    const cause = { kind: 'session_cut', reason: 'looks stolen', author: 'dev' };
    for (const id of [session.id, child.id])
      expect(await json('session', 'show', id)).toMatchObject({
        session: { session: id, state: 'revoked' },
        cause,
        mayAsk: [],
      });
    const text = await creance('session', 'show', session.id);
    expect(text.result).toContain('looks stolen');
    expect(text.result).toContain(`creance session tree ${session.id}`);
    expect(text.result).not.toContain('\u001b');
  }, 60_000);

  it('sees why a hold and the cut of a whole workload, each by the record that belongs to it', async () => {
    const held = await agent.session();
    await creance('suspend', '--session', held.id, '--reason', 'looking into it');
    expect(await json('session', 'show', held.id)).toMatchObject({
      session: { state: 'suspended' },
      cause: { kind: 'session_suspended', reason: 'looking into it' },
      idleEnd: null,
    });
    await creance('cut', '--workload', 'orchestrator', '--reason', 'bad release');
    expect(await json('session', 'show', held.id)).toMatchObject({
      session: { state: 'revoked' },
      cause: { kind: 'handle_cut', reason: 'bad release' },
    });
  }, 60_000);

  it('sees a workload, its owner and where it stands in the file', async () => {
    const session = await agent.session();
    const rows = await json('workload', 'ls', '--owner', 'team');
    expect(rows.find((each: { workload: string }) => each.workload === 'orchestrator')).toEqual({
      workload: 'orchestrator',
      owner: 'team',
      class: 'agent',
      evidence: 'join-token',
      grants: 'crm mail tickets',
      live: '1',
      suspended: '0',
    });
    const file = `${stage.broker.data}/creance.yaml`;
    const isEntry = (text: string) => text.startsWith('  orchestrator:');
    const line = flowManifest().split('\n').findIndex(isEntry) + 1;
    const shown = await json('workload', 'show', 'orchestrator', '--file', file);
    expect(shown).toMatchObject({
      owner: 'team',
      contact: 'team@example.com',
      place: `${file}:${line}`,
      delegation: { depth: 7, to: ['orchestrator', 'mail-writer'] },
      sessions: [{ session: session.id }],
    });
    const unknown = await creance('workload', 'show', '__proto__');
    expect([unknown.code, unknown.words]).toEqual([1, expect.stringContaining('member_unknown')]);
    await session.close();
  }, 60_000);
});

describe('somebody who was refused', () => {
  it('names a request id, and the operator sees everything but secrets', async () => {
    const client = new RawClient(stage.broker.address);
    const key = new TestKey();
    const join = await stage.broker.joinString('workload', 'triage');
    const opened = await client.open(join, new TestKey(), key, true);
    const id = Buffer.from(opened.sessionId).toString('base64url');
    const refused = await client
      .issue(id, key, audiences.crm, ['contacts:exprt'])
      .catch((error) => error);
    const requestId: string = refused.facts.request_id;
    const shown = await json('explain', requestId);
    expect(shown).toMatchObject({
      request: requestId,
      reason: 'scope_not_granted',
      method: '/creance.v1.SessionService/IssueToken',
      session: id,
      kind: 'workload',
      name: 'triage',
      network: '127.0.0.0/24',
      presented: 'contacts:exprt at crm',
      missing: 'contacts:exprt',
      fix: expect.stringContaining('did you mean contacts:export?'),
    });
    const text = await creance('explain', requestId);
    expect(text.result).toMatch(
      /^scope_not_granted .*\n\npresented +contacts:exprt at crm\nnearest rule +workloads\.triage\.grants.*\nmissing +contacts:exprt\nfix +.*\nrequest +\S+\n/,
    );
    // The log line of the broker says the same.
    const line = stage.broker.output
      .split('\n')
      .find((each) => each.includes(requestId) && each.includes('call refused'));
    expect(JSON.parse(line ?? '{}')).toMatchObject({
      presented: shown.presented,
      nearest: shown.nearestRule,
      missing: shown.missing,
      fix: shown.fix,
    });
    // A stranger who redeems the same join token again: told nothing, and explained in full.
    const stranger = await client
      .open(join, new TestKey(), new TestKey(), true)
      .catch((error) => error);
    const used = await creance('explain', stranger.facts.request_id);
    expect(used.result).toContain('1 of 1 uses, by other keys');
    expect(used.result).toMatch(/creance cut --evidence \S{22}/);
    for (const secret of client.sent) {
      const decisive = secret.split('.').at(-1) as string;
      expect(text.result + used.result + JSON.stringify(shown)).not.toContain(decisive);
    }
    expect(client.sent.length).toBeGreaterThan(2);
    client.close();
  }, 60_000);

  it('is told that nothing is known of an id that nobody has', async () => {
    const nobody = await creance('explain', 'A'.repeat(22));
    expect([nobody.code, nobody.words]).toEqual([
      1,
      expect.stringContaining('no session, and no refusal that the broker keeps'),
    ]);
  });
});

describe('--watch', () => {
  it.each([
    ['the owner of a development broker', async () => ({})],
    [
      'an operator with a key',
      async () => ({
        CREANCE_JOIN: await stage.broker.joinString('operator', 'oncall'),
        CREANCE_KEY_FILE: `${stage.broker.data}/oncall.key`,
      }),
    ],
  ])(
    'of %s gives one JSON document a line on a pipe, outlives a restart, and ends well at Ctrl-C',
    async (_name, env) => {
      const args = ['verifier', 'ls', '--watch'];
      const watch = new CreanceCommand([...args, '--data', stage.broker.data], await env());
      const lines = () => watch.result.split('\n').filter((line) => line !== '');
      await vi.waitUntil(() => lines().length >= 1, soon);
      await stage.broker.stop();
      await vi.waitUntil(() => watch.words.includes('asking again'), soon);
      await stage.broker.start();
      const before = lines().length;
      await vi.waitUntil(() => lines().length > before, soon);
      await vi.waitUntil(() => watch.words.includes('answers again'), soon);
      watch.child.kill('SIGINT');
      expect(await watch.code).toBe(0);
      for (const line of lines()) expect(Array.isArray(JSON.parse(line))).toBe(true);
      expect(watch.words.match(/asking again/g)).toHaveLength(1);
      expect(watch.result).not.toContain('\u001b');
    },
    60_000,
  );
});

describe('GetSession', () => {
  it('refuses an id that nobody has, and one that is none', async () => {
    const ask = (sessionId: Buffer) =>
      stage.broker
        .operatorCall(
          'OperatorService/GetSession',
          GetSessionRequest.encode({ sessionId }).finish(),
        )
        .then(
          (reply) => GetSessionResponse.decode(reply).keyThumbprint,
          (refused: { reason: string }) => refused.reason,
        );
    expect(await ask(bytesOfId('A'.repeat(22)))).toBe('target_unknown');
    expect(await ask(Buffer.alloc(3))).toBe('request_malformed');
  });
});
