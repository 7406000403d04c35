import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatChildJoinString, parseJoinString } from '@creance/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CreanceCommand } from '../support/creance-command.js';
import { FlowStage } from '../support/flow-stage.js';

let stage: FlowStage;
let folder: string;

beforeAll(async () => {
  stage = await FlowStage.start();
  folder = mkdtempSync(join(tmpdir(), 'creance-whoami-'));
});
afterAll(async () => {
  await stage.dispose();
  rmSync(folder, { recursive: true, force: true });
});

type Environment = Readonly<Record<string, string>>;

async function whoami(env: Environment, ...args: readonly string[]) {
  const said = await CreanceCommand.run(['whoami', '-o', 'json', ...args], env, folder);
  const facts = said.code === 0 ? JSON.parse(said.result) : {};
  return { ...said, facts };
}

/** A member that has joined: its join string and its key. */
async function joined(kind: 'workload' | 'operator', name: string): Promise<Environment> {
  const env = {
    CREANCE_JOIN: await stage.broker.joinString(kind, name),
    CREANCE_KEY_FILE: join(folder, `${name}-${kind}.key.json`),
  };
  const use = kind === 'workload' ? ['run', '--', 'true'] : ['session', 'ls', '--data', '/nowhere'];
  expect(await CreanceCommand.run(use, env)).toMatchObject({ code: 0 });
  return env;
}

describe('creance whoami', () => {
  it('says who a key is, and which setting named it', async () => {
    const { CREANCE_KEY_FILE = '' } = await joined('workload', 'orchestrator');
    const { facts, result } = await whoami({ CREANCE_KEY_FILE });
    expect(facts).toMatchObject({
      source: 'env CREANCE_KEY_FILE',
      member: 'workload',
      name: 'orchestrator',
      address: stage.broker.address,
      key: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      session: expect.stringMatching(/^[A-Za-z0-9_-]{22}$/),
    });
    expect(facts.roles).toBeUndefined();
    expect(result).not.toContain('"d"');
    // The session was for the question only.
    expect((await stage.operator.session(facts.session)).state).toBe('ended');
    expect((await whoami({}, '--key-file', CREANCE_KEY_FILE)).facts).toMatchObject({
      source: 'flag --key-file',
      name: 'orchestrator',
    });
  });

  it('says what roles an operator has', async () => {
    const env = await joined('operator', 'oncall');
    const { facts } = await whoami(env);
    expect(facts).toMatchObject({
      member: 'operator',
      name: 'oncall',
      roles: ['viewer', 'registrar', 'security', 'keys', 'auditor'],
    });
    expect(facts.source).toContain('env CREANCE_JOIN, key by env CREANCE_KEY_FILE');
  });

  // breaks when: whoami opens a session with the join string
  it('redeems no join string, and makes no key', async () => {
    const CREANCE_JOIN = await stage.broker.joinString('workload', 'triage');
    const CREANCE_KEY_FILE = join(folder, 'triage.key.json');
    const { facts, result, words } = await whoami({ CREANCE_JOIN, CREANCE_KEY_FILE });
    expect(facts).toMatchObject({
      issuer: expect.any(String),
      note: expect.stringContaining('not redeemed'),
    });
    expect([facts.name, facts.session]).toEqual([undefined, undefined]);
    expect(result + words).not.toContain(parseJoinString(CREANCE_JOIN)?.joinToken);
    expect(result + words).not.toContain(CREANCE_JOIN);
    expect(existsSync(CREANCE_KEY_FILE)).toBe(false);
    // It is for one use, and still good.
    const used = await CreanceCommand.run(['run', '--', 'true'], {
      CREANCE_JOIN,
      CREANCE_KEY_FILE,
    });
    expect(used.code).toBe(0);
  });

  it('neither redeems nor reads what is for one child', async () => {
    const { CREANCE_KEY_FILE = '', CREANCE_JOIN = '' } = await joined('workload', 'fierce');
    const home = parseJoinString(CREANCE_JOIN);
    if (home === undefined) throw new Error('there is no join string');
    const childJoinToken = 'a-canary-of-a-child-join-token';
    const child = formatChildJoinString({ ...home, childJoinToken });
    const found = await whoami({ CREANCE_JOIN: child, CREANCE_KEY_FILE });
    expect(found.facts).toMatchObject({ note: expect.stringContaining('for one child') });
    expect(found.facts.session).toBeUndefined();
    expect(found.result + found.words).not.toContain('canary');
    const { facts } = await whoami({ CREANCE_JOIN_FD: '3', CREANCE_KEY_FILE });
    expect(facts).toMatchObject({ source: expect.stringContaining('descriptor 3') });
  });

  it('says that the key was cut, and is no fault of its own', async () => {
    const { CREANCE_KEY_FILE = '' } = await joined('workload', 'fiercest');
    const { key } = (await whoami({ CREANCE_KEY_FILE })).facts;
    await stage.operator.cut({ $case: 'evidenceKey', value: key });
    const { code, facts } = await whoami({ CREANCE_KEY_FILE });
    expect(code).toBe(0);
    expect(facts).toMatchObject({ key, note: expect.stringContaining('CREANCE_EVIDENCE_KEY') });
  });

  it('knows the owner of a development broker', async () => {
    const { facts } = await whoami({}, '--data', stage.broker.data);
    expect(facts).toMatchObject({ member: 'operator', roles: ['all'] });
    expect((await whoami({ CREANCE_DATA: stage.broker.data })).facts).toEqual(facts);
  });

  it.each([
    [{}, 'nothing says who this environment is'],
    [{ CREANCE_JOIN: 'canary' }, 'CREANCE_JOIN_STRING_MALFORMED'],
    [{ CREANCE_KEY_FILE: '/nowhere/key.json' }, 'CREANCE_KEY_FILE_MISSING'],
    [{ CREANCE_JOIN: 'a', CREANCE_JOIN_FD: '3' }, 'CREANCE_JOIN_GIVEN_TWICE'],
  ])('fails with the fix in the environment %j', async (env, words) => {
    const found = await whoami(env);
    expect(found.code).not.toBe(0);
    expect(found.words).toContain(words);
    expect(found.words).not.toContain('canary');
  });

  it('refuses a key file that others may read', async () => {
    const file = join(folder, 'open.key.json');
    writeFileSync(file, '{}', { mode: 0o644 });
    const found = await whoami({ CREANCE_KEY_FILE: file });
    expect(found.words).toContain('CREANCE_KEY_FILE_TOO_OPEN');
  });
});
