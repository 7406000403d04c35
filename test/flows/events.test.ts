import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { connect } from '@creance/sdk';
import { sessionOfAny } from '@creance/sdk/internal';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { creanceCommand } from '../support/broker-process.js';
import { EventWatch, watchRequest } from '../support/event-watch.js';
import { flowManifest } from '../support/flow-manifest.js';
import { bytesOfId, soon } from '../support/flow-operator.js';
import { FlowStage } from '../support/flow-stage.js';

const stages: FlowStage[] = [];
afterEach(async () => {
  await Promise.all(stages.splice(0).map((stage) => stage.dispose()));
});

async function started(manifest: string = flowManifest()): Promise<FlowStage> {
  const stage = await FlowStage.start(manifest);
  stages.push(stage);
  return stage;
}

function watching(stage: FlowStage, ask: Parameters<typeof watchRequest>[0] = {}): EventWatch {
  const watch = new EventWatch(stage.broker.data, ask);
  stage.closeLater(() => watch.close());
  return watch;
}

describe('events of a running broker', () => {
  // breaks when: an event is told before its commit, the record of a cut does not say what it came to, or
  // acknowledgements are not followed
  it('tell the story of a cut: opened, cut by whom and why, enforced by one and by all', async () => {
    const stage = await started();
    await stage.resource('crm');
    await stage.resource('mail');
    const agent = await stage.agent('orchestrator');
    const session = await agent.session();
    const child = await session.delegate();
    const watch = watching(stage);
    const opened = await watch.first('sessionOpened', ({ parentId }) => parentId.length > 0);
    expect(opened).toMatchObject({ workload: 'orchestrator', owner: 'team' });
    expect(opened.rootId).toEqual(bytesOfId(session.id));
    expect(opened.sessionId).toEqual(bytesOfId(child.id));

    const done = await stage.operator.cutSession(session.id);
    const cut = await watch.first('cut');
    expect(cut).toMatchObject({ workload: 'orchestrator', owner: 'team' });
    expect(cut.cause).not.toBe('');
    expect(cut.what.value).toMatchObject({
      of: 'session',
      name: session.id,
      author: 'dev',
      reason: 'a test',
      sessionsEnded: 2,
      revision: done.revision,
    });
    const all = await watch.first('enforcedByAll', ({ revision }) => revision === done.revision);
    expect(all.what.value.verifiers).toBe(2);
    const each = watch.told.filter(({ $case }) => $case === 'enforced');
    expect(each.map(({ value }) => (value as { resource: string }).resource).sort()).toEqual([
      'crm',
      'mail',
    ]);
    const numbers = watch.events.map(({ number }) => number);
    expect(numbers).toEqual([...numbers].sort((one, other) => Number(one - other)));
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  it('tell of holds, resumes, normal ends and compromised keys, each with its author', async () => {
    const stage = await started();
    const agent = await stage.agent('triage');
    const session = await agent.session();
    const watch = watching(stage, { workload: 'triage' });
    const everything = watching(stage);
    await stage.operator.suspend(session.id);
    expect((await watch.first('held')).what.value).toMatchObject({
      cause: 'operator',
      author: 'dev',
      sessionsHeld: 1,
    });
    await stage.operator.resume(session.id);
    expect((await watch.first('resumed')).what.value).toMatchObject({ sessionsResumed: 1 });
    await session.close();
    expect((await watch.first('sessionEnded')).what.value).toMatchObject({
      name: 'triage',
      expired: false,
      sessionsEnded: 1,
    });
    const compromised = await stage.operator.compromiseKey();
    expect((await everything.first('keyCompromised')).what.value).toMatchObject({
      keyIds: compromised.cutKeyIds,
    });
    // A filter lets through what it names and nothing else.
    expect(watch.told.every(({ $case }) => $case !== 'keyCompromised')).toBe(true);
    expect(watch.events.every(({ workload }) => workload === 'triage')).toBe(true);
  });

  // breaks when: numbers begin again with a process, or what was missed is not said
  it('go on after a number, over a restart with a gap that is said', async () => {
    const stage = await started();
    const agent = await stage.agent('triage');
    await agent.session();
    const first = watching(stage);
    const seen = (await first.first('sessionOpened', ({ name }) => name === 'triage')).number;
    const second = watching(stage, { after: seen, follow: false });
    expect(await second.end()).toBe('ok');
    expect(second.events.filter(({ number }) => number <= seen)).toEqual([]);
    expect(second.told.map(({ $case }) => $case)).not.toContain('gap');

    await stage.broker.stop();
    expect(await first.end()).toBe('shutting_down');
    await stage.broker.start();
    const third = watching(stage, { after: seen });
    expect((await third.first('gap')).what.value).toEqual({ after: seen });
    await (await stage.agent('triage')).session();
    const again = await third.first('sessionOpened');
    expect(again.number).toBeGreaterThan(seen);
  });

  it('end with the session of the operator, and with its role', async () => {
    const stage = await started();
    for (const end of ['cut', 'role'] as const) {
      const join = await stage.broker.joinString('operator', 'oncall');
      const client = await connect({ join });
      stage.closeLater(() => client.close());
      const session = await sessionOfAny(client);
      let count = 0;
      const ended = new Promise<string | undefined>((resolve) => {
        session.signal.addEventListener('abort', () => resolve(session.signal.reason.code));
        session.listen({
          path: '/creance.v1.OperatorService/WatchEvents',
          request: watchRequest(),
          onMessage: () => {
            count += 1;
          },
          onEnd: (error) => resolve(error?.code),
        });
      });
      await vi.waitFor(() => expect(count).toBeGreaterThan(0), soon);
      if (end === 'cut') {
        await stage.operator.cutSession(session.id);
        expect(await ended).toBe('CREANCE_SESSION_REVOKED');
      } else {
        const roles = 'roles: [registrar, keys]';
        stage.broker.reload(flowManifest().replace(/roles: \[[^\]]*\]/, roles));
        expect(await ended).toBe('CREANCE_OPERATOR_ROLE_MISSING');
      }
    }
  });

  // breaks when: the command takes an end for a fault, or begins anew instead of going on
  it('are printed by the command, one a line, over a restart with a sentence', async () => {
    const stage = await started();
    const args = ['events', '--watch', '-o', 'json', '--data', stage.broker.data];
    const child = spawn(process.execPath, [creanceCommand, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    stage.closeLater(() => void child.kill('SIGKILL'));
    const lines: Record<string, unknown>[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line)));
    let words = '';
    child.stderr.on('data', (text) => {
      words += text;
    });
    const openedBy = async () => {
      const session = await (await stage.agent('triage')).session();
      const isIts = ({ kind, session: id }: Record<string, unknown>) =>
        kind === 'session_opened' && id === session.id;
      await vi.waitFor(() => expect(lines.some(isIts)).toBe(true), soon);
      return session;
    };
    await openedBy();
    await stage.broker.stop();
    await vi.waitFor(() => expect(words).toContain('going on after the last event'), soon);
    await stage.broker.start();
    const session = await openedBy();
    await stage.operator.cutSession(session.id);
    await vi.waitFor(() => expect(lines.at(-1)).toMatchObject({ kind: 'cut' }), soon);
    expect(lines.map(({ kind }) => kind)).toContain('gap');
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGINT');
    expect(await gone).toBe(0);
  });
});
