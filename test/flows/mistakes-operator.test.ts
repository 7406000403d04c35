import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as pathOf } from 'node:path';
import { ApplyManifestRequest } from '@creance/proto/wire';
import { connect } from '@creance/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../../broker/src/cli/operator-call.js';
import { openLine } from '../../broker/src/cli/operator-line.js';
import { creanceHere, type Said } from '../support/creance-here.js';
import { flowManifest } from '../support/flow-manifest.js';
import { FlowStage } from '../support/flow-stage.js';
import { failureOf, type Mistake, made, type SeenError } from '../support/mistake.js';

/** With an operator who may only look. */
const withReader = (parts = {}) => `${flowManifest(parts)}  reader: { roles: [viewer] }\n`;
const narrow = withReader({ orchestratorReads: ['contacts:read'] });
const why = ['--reason', 'a test of mistakes'];
const nobody = 'A'.repeat(22);

let stage: FlowStage;
let folder: string;
let keyFile: string;
let session: string;
beforeAll(async () => {
  folder = mkdtempSync(pathOf(tmpdir(), 'creance-operator-'));
  stage = await FlowStage.start(narrow);
  keyFile = pathOf(folder, 'reader.key.json');
  const [agent, join] = await Promise.all([
    stage.agent('triage'),
    stage.broker.joinString('operator', 'reader'),
  ]);
  session = (await agent.session()).id;
  // The first contact of reader: the join string from the environment, the key in a file.
  const line = await openLine({ data: folder, keyFile }, { CREANCE_JOIN: join });
  await line.close();
});
afterAll(async () => {
  await stage.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** As the owner of the data folder. */
const asOwner = (...args: readonly string[]) => creanceHere(...args, '--data', stage.broker.data);
/** As reader, who lacks every role that acts. */
const asReader = (...args: readonly string[]) => creanceHere(...args, '--key-file', keyFile);

function file(text: string): string {
  const path = pathOf(folder, 'creance.yaml');
  writeFileSync(path, text);
  return path;
}

/** A refusal of the broker ends with its request id and with the command that says more. */
async function refused(saying: Promise<Said>): Promise<SeenError> {
  const said = await saying;
  expect(said.exitCode).toBe(1);
  expect(said.text).toMatch(/; request: ([\w.-]+); more: creance explain \1$/);
  return said;
}

/** Applies what was planned when version 1 was in force, twice. */
async function applyStale(): Promise<SeenError> {
  const line = await openLine({ data: stage.broker.data }, {});
  const apply = (text: string) => {
    const ask = {
      source: { $case: 'text' as const, value: text },
      expectedVersion: 1n,
      prune: false,
      reason: 'a test of mistakes',
    };
    const bytes = ApplyManifestRequest.encode(ask).finish();
    return call(line, '/creance.v1.RegistryService/ApplyManifest', bytes);
  };
  await apply(withReader());
  const { text } = await failureOf(apply(narrow));
  await line.close();
  return { code: text.split(' ')[0] ?? '', text };
}

/** The key file of an agent that has joined. */
async function agentKey(): Promise<string> {
  const agents = pathOf(mkdtempSync(pathOf(folder, 'key-')), 'agent.key.json');
  const join = await stage.broker.joinString('workload', 'triage');
  const client = await connect({ join, keyFile: agents });
  await client.session();
  await client.close();
  return agents;
}

/** Beside a development broker, by a key that the environment names. */
async function noLine(key: string): Promise<SeenError> {
  const opening = openLine({ data: stage.broker.data }, { CREANCE_KEY_FILE: key });
  const { text } = await failureOf(opening);
  return { code: text.split(' ')[0] ?? '', text };
}

const mistakes: readonly Mistake[] = [
  {
    does: 'no broker on the data folder',
    code: 'no_broker_here',
    fix: /fix: start creance dev there, name its folder with --data, or set CREANCE_JOIN or --key-file/,
    make: () => creanceHere('session', 'ls', '--data', folder),
  },
  {
    does: 'a command that is misspelt',
    code: 'error',
    fix: /Did you mean cut\?/,
    make: () => asOwner('ctu'),
  },
  {
    does: 'a cut without a reason',
    code: 'error',
    fix: /required option '--reason <text>'/,
    make: () => asOwner('cut', '--session', session),
  },
  {
    does: 'a reason of one letter',
    code: 'reason_missing',
    fix: /fix: say why, in 3 to 500 characters/,
    make: () => refused(asOwner('cut', '--session', session, '--reason', 'x')),
  },
  {
    does: 'a cut of a session that never was',
    code: 'session_unknown',
    fix: /fix: .*creance session ls and the audit/,
    make: () => refused(asOwner('cut', '--session', nobody, ...why)),
  },
  {
    does: 'a cut of a workload that never was',
    code: 'target_unknown',
    fix: /fix: correct the name/,
    make: () => refused(asOwner('cut', '--workload', 'triagge', ...why)),
  },
  {
    does: 'a cut of half an id',
    code: '',
    fix: /^a session id has 22 characters — fix: see creance session ls/,
    make: () => asOwner('cut', '--session', session.slice(0, 8), ...why),
  },
  {
    does: 'a resume of a session that nobody holds',
    code: 'session_not_suspended',
    fix: /fix: resume the session that was suspended; see creance session tree/,
    make: () => refused(asOwner('resume', '--session', session, ...why)),
  },
  {
    does: 'an explanation of a session that never was',
    code: '',
    fix: /fix: a request id in the answer of a service is known to that service/,
    make: () => asOwner('explain', nobody),
  },
  {
    does: 'a join token for nobody',
    code: 'member_unknown',
    also: /presented: workload triagge; nearest rule: triage;/,
    fix: /fix: register triagge with creance apply, or did you mean triage\?;/,
    make: () => refused(asOwner('join-token', 'create', '--workload', 'triagge')),
  },
  {
    does: 'a join token that lives for a second: which field, in the words of the broker',
    code: 'request_malformed',
    also: /presented: lifetime_seconds must lie between 10 and 604800;/,
    fix: /fix: correct the field that is named/,
    make: () => refused(asOwner('join-token', 'create', '--workload', 'triage', '--seconds', '1')),
  },
  {
    does: 'a cut of a key that signs nothing',
    code: 'token_key_unknown',
    fix: /fix: name a key of creance keys ls/,
    make: () => refused(asOwner('keys', 'compromise', 'A'.repeat(43), ...why)),
  },
  {
    does: 'a plan of a manifest with a fault',
    code: '',
    fix: /creance\.yaml:\d+:\d+ .*fix: did you mean "crm"\?/,
    make: () => asOwner('plan', file(narrow.replace('resource: crm', 'resource: crn'))),
  },
  {
    does: 'a cut by an operator who may only look',
    code: 'operator_role_missing',
    fix: /fix: have the role added to the operator in the manifest, and applied/,
    make: () => refused(asReader('cut', '--session', session, ...why)),
  },
  {
    does: 'a manifest that is applied by an operator who may only look',
    code: 'operator_role_missing',
    fix: /fix: have the role added/,
    make: () => refused(asReader('apply', file(withReader()), '--yes', ...why)),
  },
  {
    does: 'a rollback to a version that is not kept',
    code: 'manifest_version_unknown',
    fix: /fix: name one that creance rollback --list shows/,
    make: () => refused(asOwner('rollback', '99', '--yes', ...why)),
  },
  {
    does: 'a rollback to the version before where there is none',
    code: '',
    fix: /fix: name one of creance rollback --list, or a file with creance apply/,
    make: () => asOwner('rollback', '--yes', ...why),
  },
  {
    does: 'an apply of what was planned before somebody else applied',
    code: 'manifest_version_conflict',
    fix: /fix: plan again, and apply what the plan shows/,
    make: applyStale,
  },
  {
    does: 'the key of an agent in the place of an operator',
    code: 'session_wrong_kind',
    also: /^session_wrong_kind --key-file is the key of workload triage — at: .*agent\.key\.json;/,
    fix: /fix: leave it out to act as the operator, or name the key file of an operator/,
    make: async () => creanceHere('session', 'ls', '--key-file', await agentKey()),
  },
  {
    does: 'the environment of an agent, beside a development broker',
    code: 'session_wrong_kind',
    also: /CREANCE_KEY_FILE is the key of workload triage/,
    fix: /fix: unset it to be the owner of the development broker of \S+, or name the key file of/,
    make: async () => noLine(await agentKey()),
  },
  {
    does: 'the environment of an agent that has not started yet',
    code: 'key_file_missing',
    also: /CREANCE_KEY_FILE names a file that does not exist — at: .*none\.key\.json;/,
    fix: /fix: unset it to be the owner of the development broker of \S+, or set CREANCE_JOIN/,
    make: () => noLine(pathOf(folder, 'none.key.json')),
  },
];

describe('an operator is told the fix for', () => {
  it.each(mistakes.map((mistake) => [mistake.does, mistake] as const))('%s', (_does, mistake) =>
    made(mistake),
  );
});
