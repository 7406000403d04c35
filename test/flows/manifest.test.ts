import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ApplyManifestRequest,
  ApplyManifestResponse,
  GetManifestRequest,
  GetManifestResponse,
  PlanManifestRequest,
} from '@creance/proto/wire';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { creanceCommand } from '../support/broker-process.js';
import { audiences, flowManifest } from '../support/flow-manifest.js';
import { type AgentOnStage, codeOf, endOf, FlowStage } from '../support/flow-stage.js';

const narrow = flowManifest({ orchestratorReads: ['contacts:read'] });
const wide = flowManifest();
const without = flowManifest({ orchestratorReads: ['contacts:read'], without: ['triage'] });
const contacts = { audience: audiences.crm, scopes: ['contacts:export'] };

let stage: FlowStage;
let agent: AgentOnStage;
beforeAll(async () => {
  stage = await FlowStage.start(narrow);
  agent = await stage.agent('orchestrator');
});
afterAll(() => stage.dispose());

/** The real command: its exit code, and what it printed on each stream. */
function creance(...args: readonly string[]) {
  const all = [creanceCommand, ...args, '--data', stage.broker.data];
  const child = spawn(process.execPath, all, { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { code: -1, result: '', words: '' };
  child.stdout.on('data', (text) => {
    said.result += text;
  });
  child.stderr.on('data', (text) => {
    said.words += text;
  });
  return new Promise<typeof said>((resolve) =>
    child.once('close', (code) => resolve({ ...said, code: code ?? -1 })),
  );
}

function file(name: string, text: string): string {
  const path = join(stage.broker.data, name);
  writeFileSync(path, text);
  return path;
}

const refusalOf = (method: string, bytes: Uint8Array) =>
  stage.broker.operatorCall(`RegistryService/${method}`, bytes).then(
    () => 'ok',
    (refused: { reason: string }) => refused.reason,
  );

describe('the manifest from the command line', () => {
  it('is planned, applied, counted at the next mint, and taken back', async () => {
    const session = await agent.session();
    await expect(session.token(contacts)).rejects.toSatisfy(
      (error) => codeOf(error) === 'CREANCE_SCOPE_NOT_GRANTED',
    );
    const wider = file('wide.yaml', wide);
    const drift = await creance('plan', wider, '-o', 'json');
    expect([drift.code, JSON.parse(drift.result)]).toMatchObject([
      2,
      {
        version: 1,
        widenings: 1,
        sessionsEnding: 0,
        changes: [
          { path: 'workloads.orchestrator.grants.crm.contacts:export', before: null, sessions: 1 },
        ],
      },
    ]);
    // Nobody can be asked: nothing happens.
    expect((await creance('apply', wider, '--reason', 'exports')).code).toBe(1);
    const differs = await creance('plan', wider);
    expect(differs.code).toBe(2);
    // Its last line is the whole command, and nothing reads like an error.
    const command = `creance apply ${wider} --data ${stage.broker.data} --reason "…"`;
    expect(differs.words).toBe(`to put it in force: ${command}\n`);
    const applied = await creance('apply', wider, '--yes', '--reason', 'exports');
    expect([applied.code, applied.result]).toEqual([0, expect.stringContaining('version 2')]);
    expect((await creance('plan', wider)).code).toBe(0);
    await session.token(contacts);
    const back = await creance('rollback', '--yes', '--reason', 'too much', '-o', 'json');
    expect(JSON.parse(back.result)).toMatchObject({ version: 3, changes: 1, widenings: 0 });
    // Another session, for this one may keep its token until it is over.
    const later = await agent.session();
    await expect(later.token(contacts)).rejects.toSatisfy(
      (error) => codeOf(error) === 'CREANCE_SCOPE_NOT_GRANTED',
    );
    const listed = await creance('rollback', '--list', '-o', 'json');
    expect(JSON.parse(listed.result)).toMatchObject([
      { version: '3', author: 'dev', 'rollback to': '1', reason: 'too much' },
      { version: '2', widenings: '1' },
      { version: '1', author: 'broker' },
    ]);
    await Promise.all([session.close(), later.close()]);
  }, 60_000);

  it('ends the sessions of a workload that leaves only when that is meant', async () => {
    const triage = await stage.agent('triage');
    const held = await triage.session();
    const smaller = file('without.yaml', without);
    const guarded = await creance('apply', smaller, '--yes', '--reason', 'gone');
    expect([guarded.code, guarded.words]).toEqual([1, expect.stringContaining('--prune')]);
    expect(guarded.words).toContain('workloads.triage leaves (1 session)');
    expect(guarded.words).toContain(`creance apply ${smaller} --prune --data`);
    expect((await creance('plan', smaller)).words).toContain(`${smaller} --prune `);
    const text = { $case: 'text' as const, value: without };
    const ask = { source: text, expectedVersion: 3n, prune: false, reason: 'gone' };
    // The broker guards it too: the command line is not the only way.
    expect(await refusalOf('ApplyManifest', ApplyManifestRequest.encode(ask).finish())).toBe(
      'manifest_ends_sessions',
    );
    const done = await creance(
      'apply',
      smaller,
      '--yes',
      '--prune',
      '--reason',
      'gone',
      '-o',
      'json',
    );
    expect(JSON.parse(done.result)).toMatchObject({ version: 4, sessionsEnded: 1 });
    expect(await stage.broker.joinString('workload', 'triage').catch(() => 'refused')).toBe(
      'refused',
    );
    expect(await endOf(held)).toBe('CREANCE_SESSION_REVOKED');
  }, 60_000);

  it('is as it was after the broker was killed, and the file wins in development', async () => {
    const bytes = GetManifestRequest.encode({ version: 0n }).finish();
    const get = async () =>
      GetManifestResponse.decode(
        await stage.broker.operatorCall('RegistryService/GetManifest', bytes),
      );
    expect(await get()).toMatchObject({ about: { version: 4n }, text: without });
    await stage.broker.stop('SIGKILL');
    await stage.broker.start();
    expect(await get()).toMatchObject({ about: { version: 5n, author: 'broker' }, text: narrow });
  }, 60_000);

  it.each([
    ['an alias', 'a: &x [1]\nb: *x'],
    ['a key twice', `${narrow}\nowners: {}`],
    ['a control character', `${narrow}\n# \u001b[2J`],
    ['a bomb', `a: ${'['.repeat(50_000)}`],
  ])(
    'with %s is refused by the broker too, and named by its place at the command line',
    async (name, text) => {
      for (const method of ['PlanManifest', 'ApplyManifest']) {
        const source = { $case: 'text' as const, value: text };
        const bytes =
          method === 'PlanManifest'
            ? PlanManifestRequest.encode({ source }).finish()
            : ApplyManifestRequest.encode({
                source,
                expectedVersion: 5n,
                prune: true,
                reason: name,
              }).finish();
        expect(await refusalOf(method, bytes)).toBe('manifest_faulty');
      }
      const told = await creance('plan', file('faulty.yaml', text));
      expect(told.code).toBe(1);
      expect(told.words).toMatch(/faulty\.yaml:\d+:\d+[: ].*fix: /);
      expect(told.words).not.toContain('\u001b');
    },
  );

  it('refuses a message of more than a megabyte, and a version that is not in force', async () => {
    const source = { $case: 'text' as const, value: `${narrow}${'#'.repeat(1_100_000)}` };
    const large = PlanManifestRequest.encode({ source }).finish();
    // RESOURCE_EXHAUSTED: it is not read at all.
    expect(await refusalOf('PlanManifest', large)).toBe('grpc:8');
    const ask = { source: { $case: 'text' as const, value: wide }, prune: true, reason: 'a race' };
    const both = await Promise.allSettled(
      [1, 2].map(() =>
        stage.broker.operatorCall(
          'RegistryService/ApplyManifest',
          ApplyManifestRequest.encode({ ...ask, expectedVersion: 5n }).finish(),
        ),
      ),
    );
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const won = both.find((one) => one.status === 'fulfilled');
    expect(
      won && ApplyManifestResponse.decode((won as PromiseFulfilledResult<Buffer>).value),
    ).toMatchObject({
      version: 6n,
      widenings: expect.any(Number),
    });
  });
});
