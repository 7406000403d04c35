import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as pathOf } from 'node:path';
import {
  ApplyManifestRequest,
  CreateJoinTokenRequest,
  CutRequest,
  DestinationKind,
  IssueTokenRequest,
  type Observation,
  ReportActionsRequest,
  SessionKind,
  SuspendRequest,
  type Task,
} from '@creance/proto/wire';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BareAgent } from '../support/bare-agent.js';
import { creanceHere } from '../support/creance-here.js';
import { audiences, flowManifest } from '../support/flow-manifest.js';
import { FlowStage } from '../support/flow-stage.js';
import { observation } from '../support/hostile-resource.js';
import { delegate, openWith, outcomeOf } from '../support/raw-tree.js';
import { TestKey } from '../support/test-key.js';

/** What moves a cursor, clears a screen, hides or turns text: as bytes, as one character, and without any. */
const poisons = [
  '\u001b[2J',
  '\u009b2J',
  '\u0007',
  '\u202e',
  '\u200b',
  '\u2028',
  '\u0085',
  '\u007f',
];
const doing = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

let stage: FlowStage;
let agent: BareAgent;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(pathOf(tmpdir(), 'creance-names-'));
  stage = await FlowStage.start();
  agent = await stage.bare('triage');
});
afterAll(async () => {
  await stage.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const named = (poison: string) => `evil${poison}name`;

/** A call of the agent, by its session. */
const asked = (method: string, request: Uint8Array) =>
  outcomeOf(agent.client.call(`SessionService/${method}`, request, agent.key, agent.id));
/** A call of the owner, over the socket. */
const operated = (method: string, request: Uint8Array) =>
  outcomeOf(stage.broker.operatorCall(method, request));

const issue = (audience: string, scopes: string[]) =>
  asked('IssueToken', IssueTokenRequest.encode({ audience, scopes, lifetimeSeconds: 0 }).finish());

const opened = (parts: Parameters<typeof openWith>[3]) =>
  outcomeOf(
    openWith(
      agent.client,
      { join: agent.join, key: agent.evidenceKey, redeem: false },
      new TestKey(),
      parts,
    ),
  );

function declared(change: Partial<Task['grants'][number]>): Task {
  const destination = { kind: DestinationKind.DESTINATION_KIND_EMAIL, value: 'a@example.com' };
  const grant = { audience: audiences.mail, scopes: ['mail:send'], destinations: [destination] };
  return { grants: [{ ...grant, ...change }], lifetimeSeconds: 0 };
}

function reported(change: Partial<Observation>): Promise<string> {
  const sessionId = Buffer.from(agent.id, 'base64url');
  const seen = observation({
    sessionId,
    audience: audiences.crm,
    action: 'contacts.read',
    ...change,
  });
  const ask = { observations: [seen], proofs: [], dropped: 0 };
  const bytes = ReportActionsRequest.encode(ask).finish();
  return outcomeOf(agent.client.call('ActionService/ReportActions', bytes, agent.key, agent.id));
}

const upstream = (parts: object) => ({
  issuer: 'https://idp.example',
  subject: 'ada',
  sessionId: '',
  ...parts,
});

/** Every door that a name or a text of somebody else comes through, and what becomes of it there. */
const doors: readonly (readonly [string, string, (text: string) => Promise<string>])[] = [
  ['the audience of a token', 'resource_unknown', (text) => issue(`https://${text}`, ['a'])],
  ['a scope', 'scope_malformed', (text) => issue(audiences.crm, [text])],
  [
    'an audience of a task',
    'resource_unknown|task_malformed|task_not_allowed',
    (text) => opened({ task: declared({ audience: text }) }),
  ],
  [
    'a scope of a task',
    'task_malformed|scope_malformed',
    (text) => opened({ task: declared({ scopes: [text] }) }),
  ],
  [
    'a destination of a task',
    'task_malformed',
    (text) =>
      opened({
        task: declared({
          destinations: [
            { kind: DestinationKind.DESTINATION_KIND_EMAIL, value: `${text}@example.com` },
          ],
        }),
      }),
  ],
  [
    'the task of a child',
    'task_malformed|scope_malformed|resource_unknown',
    (text) => {
      const task = declared({ scopes: [text] });
      return outcomeOf(delegate(agent.client, agent, new TestKey(), task));
    },
  ],
  [
    'the issuer of a login',
    'upstream_malformed',
    (text) => opened({ upstream: upstream({ issuer: `https://idp.example/${text}` }) }),
  ],
  [
    'the subject of a login',
    'upstream_malformed',
    (text) => opened({ upstream: upstream({ subject: text }) }),
  ],
  [
    'the session of a login',
    'upstream_malformed',
    (text) => opened({ upstream: upstream({ sessionId: text }) }),
  ],
  ['an action that is reported', 'request_malformed', (text) => reported({ action: text })],
  ['a refusal that is reported', 'request_malformed', (text) => reported({ refusal: text })],
  [
    'a client that is reported',
    'request_malformed',
    (text) => reported({ origin: { networkPrefix: Buffer.alloc(0), client: text } }),
  ],
  [
    'the audience of an action',
    'ok|request_malformed',
    (text) => reported({ audience: `https://${text}` }),
  ],
  [
    'the member of a join token',
    'member_unknown|request_malformed',
    (name) => {
      const kind = SessionKind.SESSION_KIND_WORKLOAD;
      const ask = { kind, name, uses: 1, lifetimeSeconds: 0, networks: [] };
      return operated(
        'RegistryService/CreateJoinToken',
        CreateJoinTokenRequest.encode(ask).finish(),
      );
    },
  ],
  [
    'a network of a join token',
    'request_malformed',
    (text) => {
      const kind = SessionKind.SESSION_KIND_WORKLOAD;
      const ask = { kind, name: 'triage', uses: 1, lifetimeSeconds: 0, networks: [text] };
      return operated(
        'RegistryService/CreateJoinToken',
        CreateJoinTokenRequest.encode(ask).finish(),
      );
    },
  ],
  [
    'the workload of a cut',
    'target_unknown|request_malformed',
    (value) => {
      const ask = { target: { $case: 'workload' as const, value }, reason: 'a test' };
      return operated('OperatorService/Cut', CutRequest.encode(ask).finish());
    },
  ],
  [
    'the reason of a suspension',
    'ok|session_suspended|reason_missing',
    (reason) => {
      const ask = { sessionId: Buffer.from(held, 'base64url'), reason };
      return operated('OperatorService/Suspend', SuspendRequest.encode(ask).finish());
    },
  ],
  [
    'the reason of a manifest',
    'ok|reason_missing',
    (reason) => {
      const source = { $case: 'text' as const, value: manifestNumber() };
      const ask = { source, expectedVersion: BigInt(manifests), prune: true, reason };
      return operated('RegistryService/ApplyManifest', ApplyManifestRequest.encode(ask).finish());
    },
  ],
];

let held = '';
let manifests = 0;

/** A manifest that differs from the one before, so that it becomes a version. */
function manifestNumber(): string {
  manifests += 1;
  return `${flowManifest()}# ${manifests}\n  reader-${manifests}: { roles: [viewer] }\n`;
}

describe('a name that would do something to a terminal', () => {
  it.each(doors)('comes to nothing as %s', async (_door, outcomes, send) => {
    held = (
      await agent.client.open(agent.join, agent.evidenceKey, new TestKey(), false)
    ).sessionId.toString('base64url');
    for (const poison of poisons) {
      const outcome = await send(named(poison));
      expect(outcomes.split('|'), `${JSON.stringify(poison)}: ${outcome}`).toContain(outcome);
    }
  });

  it('is in no line that the broker has written to its standard error', () => {
    expect(stage.broker.output).toContain('resource_unknown');
    for (const line of stage.broker.output.split('\n'))
      expect(doing.test(line), JSON.stringify(line)).toBe(false);
  });

  it('is shown by no command, whatever it lists', async () => {
    const { data } = stage.broker;
    const commands = [
      ['rollback', '--list'],
      ['session', 'ls'],
      ['session', 'ls', '-o', 'json'],
      ['explain', agent.id],
      ['explain', agent.id, '-o', 'json'],
      ['audit', 'verify'],
    ];
    for (const args of commands) {
      const said = await creanceHere(...args, '--data', data);
      expect(said.result, said.text).not.toBe('');
      for (const line of `${said.result}${said.text}`.split('\n'))
        expect(doing.test(line), `${args.join(' ')}: ${JSON.stringify(line)}`).toBe(false);
    }
  });

  it('is shown by no fault of a manifest, nor by the name of its file', async () => {
    const file = pathOf(folder, 'evil\u001b[2J\u202e.yaml');
    writeFileSync(file, `apiVersion: creance/v1\nowners:\n  "evil\\e[2J\\u202e": { contact: a }\n`);
    const said = await creanceHere('plan', file, '--data', stage.broker.data);
    expect(said.exitCode).toBe(1);
    expect(said.text).toContain('evil\\u001b');
    for (const line of said.text.split('\n')) expect(doing.test(line), line).toBe(false);
  });
});
