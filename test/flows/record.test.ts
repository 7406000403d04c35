import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Session } from '@creance/sdk';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { creanceCommand } from '../support/broker-process.js';
import { soon } from '../support/flow-operator.js';
import type { HttpResource } from '../support/flow-resource.js';
import { type AgentOnStage, FlowStage, use } from '../support/flow-stage.js';

let stage: FlowStage;
let crm: HttpResource;
let agent: AgentOnStage;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'creance-record-'));
  stage = await FlowStage.start();
  crm = await stage.resource('crm');
  agent = await stage.agent('triage');
}, 60_000);

afterAll(async () => {
  await stage.dispose();
  rmSync(folder, { recursive: true, force: true });
});

interface Ran {
  readonly code: number;
  readonly printed: string;
  readonly said: string;
}

function creance(...args: readonly string[]): Promise<Ran> {
  const env = { ...process.env, NO_COLOR: '1', CREANCE_KEY_FILE: undefined };
  return new Promise((resolve) => {
    execFile(process.execPath, [creanceCommand, ...args], { cwd: folder, env }, (error, out, err) =>
      resolve({ code: Number(error?.code ?? 0), printed: out, said: err }),
    );
  });
}

const recordTo = (file: string, ...more: readonly string[]) =>
  creance('record', '--data', stage.broker.data, '--output', file, ...more);

interface Recorded {
  readonly session: string;
  readonly dataset: string;
  readonly actor: string;
  readonly system: string;
}

const linesOf = (file: string) =>
  readFileSync(join(folder, file), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Recorded);

/** Works, and gives the session once the broker has judged what it did. */
async function worked(times: number): Promise<Session> {
  const session = await agent.session();
  for (let nth = 0; nth < times; nth += 1) expect(await use(session, crm)).toBe('ok');
  await stage.operator.judged(session.id, { allowed: times });
  return session;
}

/** Records until the lines of a session are all there: what was judged is written within a second. */
async function recorded(file: string, id: string, lines: number): Promise<void> {
  await vi.waitFor(async () => {
    expect(await recordTo(file)).toMatchObject({ code: 0, said: '' });
    expect(linesOf(file).filter(({ session }) => session === id)).toHaveLength(lines);
  }, soon);
}

describe('creance record', () => {
  it('says that nothing is kept where nobody has done anything', async () => {
    expect(await recordTo('nothing.ndjson')).toMatchObject({ code: 1, printed: '' });
    expect(readdirSync(folder)).toEqual([]);
  });

  // breaks when: watch.ts does not tell what it has judged, or a line is not of the form of a backtest
  it('writes what agents did as a file that creance backtest reads, action for action', async () => {
    const session = await worked(7);
    await recorded('live.ndjson', session.id, 7);
    for (const line of linesOf('live.ndjson'))
      expect(line).toMatchObject({ dataset: 'live', actor: 'triage', system: 'crm' });
    const files = ['--profile', 'live.ndjson', '--input', 'live.ndjson', '--output', 'verdicts'];
    expect(await creance('backtest', ...files)).toMatchObject({ code: 0, said: '' });
    const verdicts = readFileSync(join(folder, 'verdicts'), 'utf8');
    expect(JSON.parse(verdicts)).toMatchObject({ session: session.id, dataset: 'live', events: 7 });
  });

  it('writes one workload, from one instant on, and says how much that is', async () => {
    const ran = await recordTo(
      'some.ndjson',
      '--workload',
      'triage',
      '--since',
      '1h',
      '-o',
      'json',
    );
    expect(JSON.parse(ran.printed)).toMatchObject({ lines: 7, sessions: 1, isGapped: false });
    expect((await recordTo('none.ndjson', '--workload', 'fierce')).code).toBe(1);
    expect((await recordTo('none.ndjson', '--since', '2999-01-01')).code).toBe(1);
    expect((await recordTo('none.ndjson', '--since', 'yesterday')).said).toMatch(/2026-01-31/);
  });

  // breaks when: the history is kept in memory alone, or a start begins it anew
  it('has over a crash what it had before, and goes on', async () => {
    await stage.broker.stop('SIGKILL');
    await stage.broker.start();
    expect(await recordTo('after.ndjson')).toMatchObject({ code: 0 });
    expect(linesOf('after.ndjson')).toEqual(linesOf('live.ndjson'));
    const session = await worked(3);
    await recorded('after.ndjson', session.id, 3);
    expect(linesOf('after.ndjson')).toHaveLength(10);
    expect(readdirSync(join(stage.broker.data, 'history'))).toHaveLength(2);
  });

  it('has at a calm end what was judged last', async () => {
    const session = await worked(2);
    await stage.broker.stop();
    await stage.broker.start();
    expect(await recordTo('calm.ndjson')).toMatchObject({ code: 0 });
    expect(linesOf('calm.ndjson').filter((line) => line.session === session.id)).toHaveLength(2);
  });

  // Law 8 and the form of the history. breaks when: an address, a token or a destination is written
  it('keeps nothing that opens anything, and no address', () => {
    const text = readdirSync(join(stage.broker.data, 'history'))
      .map((file) => readFileSync(join(stage.broker.data, 'history', file), 'utf8'))
      .join('');
    expect(text).not.toMatch(/eyJ|127\.0\.0\.1|::1"/);
  });
});
