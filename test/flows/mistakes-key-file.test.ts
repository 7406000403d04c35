import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as pathOf } from 'node:path';
import { type ConnectOptions, connect } from '@creance/sdk';
import { sessionOfAny } from '@creance/sdk/internal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FlowStage } from '../support/flow-stage.js';
import { type Mistake, made, otherwise, type SeenError, sdkErrorOf } from '../support/mistake.js';

let stage: FlowStage;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(pathOf(tmpdir(), 'creance-key-file-'));
  stage = await FlowStage.start();
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await stage.dispose();
});

const fresh = () => stage.broker.joinString('workload', 'triage');

/** Connects and opens a session, as an agent does at its start. */
async function begins(options: ConnectOptions): Promise<void> {
  const client = await connect(options);
  stage.closeLater(() => client.close());
  await client.session();
}

const refusedBy = (options: ConnectOptions) => sdkErrorOf(begins(options));

/** A key file that is registered, in a folder of its own. */
async function keyFile(): Promise<string> {
  const file = pathOf(mkdtempSync(pathOf(folder, 'key-')), 'agent.key.json');
  await begins({ join: await fresh(), keyFile: file });
  return file;
}

async function withKeyFile(spoil: (file: string) => void, more = {}): Promise<SeenError> {
  const file = await keyFile();
  spoil(file);
  const seen = await refusedBy({ keyFile: file, ...more });
  // The one thing that a person needs most: which file.
  if (seen.code.includes('KEY_FILE')) expect(seen.text).toContain(file);
  return seen;
}

const mistakes: readonly Mistake[] = [
  {
    does: 'a join string of another broker beside a key file of this one',
    code: 'CREANCE_ISSUER_DIFFERS',
    fix: /fix: use one broker: another key file for another broker/,
    async make() {
      const join = otherwise(await fresh(), { issuer: 'https://creance.other.internal' });
      return withKeyFile(() => {}, { join });
    },
  },
  {
    does: 'a key file of mode 0644',
    code: 'CREANCE_KEY_FILE_TOO_OPEN',
    fix: /fix: chmod 600 it/,
    make: () => withKeyFile((file) => chmodSync(file, 0o644)),
  },
  {
    does: 'a key file that holds something else',
    code: 'CREANCE_KEY_FILE_MALFORMED',
    fix: /fix: remove it and join again with a new join string/,
    make: () => withKeyFile((file) => writeFileSync(file, '{}\n')),
  },
  {
    does: 'a key file that cannot be read',
    code: 'CREANCE_KEY_FILE_UNREADABLE',
    fix: /fix: let the user of this process read it \(chown, chmod 600\), or name another file/,
    make: () =>
      withKeyFile((file) => {
        rmSync(file);
        // A loop: what even the superuser, who runs tests in containers, cannot open.
        symlinkSync(file, file);
      }),
  },
  {
    does: 'a key file that was deleted between two starts',
    code: 'CREANCE_KEY_FILE_MISSING',
    fix: /fix: ask an operator for a join string/,
    make: () => withKeyFile((file) => rmSync(file)),
  },
  {
    does: 'a key file that an operator has joined with, beside the right join string',
    code: 'CREANCE_KEY_FILE_OF_OTHER_MEMBER',
    fix: /fix: delete it and join by .*--workload <name>, or name another file$/,
    also: /at: .*oncall\.key\.json; presented: the key of operator oncall;/,
    async make() {
      const file = pathOf(mkdtempSync(pathOf(folder, 'key-')), 'oncall.key.json');
      const join = await stage.broker.joinString('operator', 'oncall');
      const client = await connect({ join, keyFile: file });
      await sessionOfAny(client);
      await client.close();
      return refusedBy({ join: await fresh(), keyFile: file });
    },
  },
  {
    does: 'a key file where no file can be',
    code: 'CREANCE_KEY_FILE_UNWRITABLE',
    fix: /fix: let the user of this process write to the folder, or name another file/,
    make: async () =>
      refusedBy({ join: await fresh(), keyFile: pathOf(process.execPath, 'agent.key.json') }),
  },
];

describe('an agent with a key file is told the fix for', () => {
  it.each(mistakes.map((mistake) => [mistake.does, mistake] as const))('%s', (_does, mistake) =>
    made(mistake),
  );
});

describe('an agent with a key file is not troubled by', () => {
  it('a key file that is deleted while it runs', async () => {
    const file = pathOf(folder, 'running.key.json');
    const client = await connect({ join: await fresh(), keyFile: file });
    stage.closeLater(() => client.close());
    await client.session();
    rmSync(file);
    await client.session();
  });
});
