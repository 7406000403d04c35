import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ActionOutcome,
  ApplyManifestResponse,
  CompromiseKeyResponse,
  CreateJoinTokenResponse,
  DecisionDone,
  ExplainRefusalResponse,
  ExplainSessionResponse,
  GetManifestResponse,
  GetSessionResponse,
  ListKeysResponse,
  ListManifestVersionsResponse,
  ListSessionsResponse,
  ListVerifiersResponse,
  PlanManifestResponse,
  RiskLevel,
  SessionKind,
  SessionState,
  SuggestEnvelopeResponse,
} from '@creance/proto/wire';
import { describe, expect, it } from 'vitest';
import { sessionIdOf, thumbprintOfName } from '../doubles/ids.js';
import { wireHandle } from '../rpc/convert.js';
import type { OperatorLine } from '../rpc/operator-client.js';
import { listVersions, rollback } from './apply.js';
import { DoubleLine, DoubleOutput } from './double-line.js';
import { suggestEnvelope } from './envelope.js';
import { explainId } from './explain.js';
import { resume } from './hold.js';
import { createJoinToken } from './join-token.js';
import { compromiseKey, listKeys } from './keys.js';
import { listSessions, listVerifiers } from './lists.js';
import { type Format, formats, guarded, type Output } from './output.js';
import { plan } from './plan.js';
import { showSession } from './show-session.js';
import { sessionTree } from './tree.js';
import { listWorkloads, showWorkload } from './workloads.js';

/** Clears a screen, writes from right to left, ends a line in three ways, and forges the next one. */
const hostile = 'a\u001b[2J\u001b]0;x\u0007\u202e\u2066\u009b31m\u200f\u0085\u2028\r\nforged';
const id = sessionIdOf(1);
const micros = 1_764_000_000_000_000n;

const summary = {
  sessionId: wireHandle(id),
  kind: SessionKind.SESSION_KIND_WORKLOAD,
  name: hostile,
  parentId: Buffer.alloc(0),
  openedUnixMicros: micros,
  activeUnixMicros: micros,
  absoluteEndUnixSeconds: 1_764_000_000n,
  state: SessionState.SESSION_STATE_LIVE,
  actionsAllowed: 0n,
  actionsRefused: 0n,
  owner: hostile,
};
const point = {
  atUnixMicros: micros,
  resource: hostile,
  action: hostile,
  outcome: ActionOutcome.ACTION_OUTCOME_ALLOWED,
  risk: 0.5,
};
const reach = { resource: hostile, scopes: [hostile] };
const version = {
  version: 2n,
  hash: hostile,
  author: hostile,
  appliedUnixMicros: micros,
  reason: hostile,
  rolledBackTo: 0n,
  widenings: 0,
};
const manifestText = `apiVersion: creance/v1
owners: { team: { contact: team@example.com } }
resources: { crm: { audience: https://crm.example.internal, scopes: { a:b: { access: read } } } }
workloads:
  triage:
    owner: team
    class: agent
    evidence: [{ kind: join-token }]
`;

/** A broker that says the worst in every text of every reply. */
const answers: Readonly<Record<string, () => Uint8Array>> = {
  ListSessions: () =>
    ListSessionsResponse.encode({ sessions: [summary], nextPageToken: '' }).finish(),
  GetSession: () =>
    GetSessionResponse.encode({
      session: summary,
      contact: hostile,
      escalation: hostile,
      above: [summary],
      children: [summary],
      sessionsBelow: 1,
      keyThumbprint: hostile,
      idleEndUnixSeconds: 0n,
      cause: {
        kind: hostile,
        reason: hostile,
        author: hostile,
        atUnixMicros: micros,
        revision: 1n,
        requestId: hostile,
      },
      opening: { evidence: hostile, evidenceKey: hostile, network: hostile },
      evidenceIssuer: wireHandle(id),
      ownEvidence: true,
      mayAsk: [reach],
      task: { grants: [reach] },
      risk: { level: RiskLevel.RISK_LEVEL_OBSERVE, risk: 0.5, peakRisk: 0.6, latest: [point] },
    }).finish(),
  ExplainSession: () =>
    ExplainSessionResponse.encode({
      sessions: [
        {
          sessionId: wireHandle(id),
          parentId: Buffer.alloc(0),
          workload: hostile,
          owner: hostile,
          level: RiskLevel.RISK_LEVEL_NARROW,
          risk: 0.5,
          peakRisk: 0.5,
          state: SessionState.SESSION_STATE_LIVE,
          terms: [
            {
              actionIndex: 0,
              atUnixMicros: micros,
              kind: hostile,
              resource: hostile,
              action: hostile,
              added: 1,
              words: hostile,
            },
          ],
          points: [point],
          decisions: [
            {
              atUnixMicros: micros,
              level: RiskLevel.RISK_LEVEL_NARROW,
              done: DecisionDone.DECISION_DONE_ALERT,
              imposedLevel: RiskLevel.RISK_LEVEL_UNSPECIFIED,
              risk: 0.5,
              because: hostile,
              kinds: [hostile],
            },
          ],
          leftOut: 0,
          silentTerms: [],
        },
      ],
      thresholds: [],
      explainedUnixMicros: micros,
      nextPageToken: '',
    }).finish(),
  ExplainRefusal: () =>
    ExplainRefusalResponse.encode({
      requestId: hostile,
      method: hostile,
      atUnixMicros: micros,
      sessionId: Buffer.alloc(0),
      kind: SessionKind.SESSION_KIND_WORKLOAD,
      name: hostile,
      network: hostile,
      reason: hostile,
      presented: hostile,
      nearestRule: hostile,
      missing: hostile,
      fix: hostile,
      facts: [{ name: hostile, value: hostile }],
      traceId: hostile,
    }).finish(),
  ListKeys: () =>
    ListKeysResponse.encode({
      keys: [{ keyId: hostile, signsFromUnixSeconds: 0n, retireUnixSeconds: 1n, signing: true }],
    }).finish(),
  CompromiseKey: () =>
    CompromiseKeyResponse.encode({
      revision: 1n,
      cutKeyIds: [hostile],
      signingKeyId: hostile,
      verifiersSubscribed: 0,
    }).finish(),
  SuggestEnvelope: () =>
    SuggestEnvelopeResponse.encode({
      yaml: `pace: {}\n# ${hostile}\n`,
      sessionsLearned: 5,
      actionsLearned: 5,
      unusedResources: [hostile],
      unusedScopes: [hostile],
    }).finish(),
  '/creance.v1.RegistryService/CreateJoinToken': () =>
    CreateJoinTokenResponse.encode({ joinString: hostile, expiresUnixSeconds: 1n }).finish(),
  '/creance.v1.RegistryService/ListManifestVersions': () =>
    ListManifestVersionsResponse.encode({
      versions: [version, { ...version, version: 1n }],
    }).finish(),
  '/creance.v1.RegistryService/GetManifest': () =>
    GetManifestResponse.encode({ about: version, text: manifestText }).finish(),
  '/creance.v1.RegistryService/PlanManifest': () =>
    PlanManifestResponse.encode({
      version: 1n,
      changes: [{ path: hostile, before: hostile, after: hostile, widens: hostile, sessions: 1 }],
      leftOut: 0,
      widenings: 1,
      sessionsEnding: 0,
    }).finish(),
  '/creance.v1.RegistryService/ApplyManifest': () =>
    ApplyManifestResponse.encode({
      version: 2n,
      sessionsEnded: 0,
      changes: 1,
      widenings: 1,
    }).finish(),
};

const listing = { limit: 10 };
const why = { reason: 'a test', waitSeconds: 0 };
const change = { prune: true, yes: true, reason: 'a test' };

type Run = (line: OperatorLine, output: Output, o: Format) => Promise<void>;

/** Every command that prints what a broker says. */
const rows: readonly (readonly [string, Run])[] = [
  ['session ls', (line, to, o) => listSessions(line, { ...listing, o }, to)],
  ['session tree', (line, to, o) => sessionTree(line, { ...listing, id: undefined, o }, to)],
  ['session show', (line, to, o) => showSession(line, { id, o }, to)],
  ['workload ls', (line, to, o) => listWorkloads(line, { o }, to)],
  ['workload show', (line, to, o) => showWorkload(line, { name: 'triage', o }, to)],
  ['explain of a session', (line, to, o) => explainId(line, { id, o }, to)],
  ['explain of a request', (line, to, o) => explainId(line, { id: `${id}.7`, o }, to)],
  ['keys ls', (line, to, o) => listKeys(line, { o }, to)],
  [
    'keys compromise',
    (line, to, o) => compromiseKey(line, { ...why, keyId: thumbprintOfName(1), o }, to),
  ],
  ['envelope suggest', (line, to, o) => suggestEnvelope(line, { workload: 'triage', o }, to)],
  ['rollback --list', (line, to, o) => listVersions(line, { o }, to)],
  ['rollback', (line, to, o) => rollback(line, { ...change, version: '1', o }, to)],
  [
    'join-token create',
    (line, to) => createJoinToken(line, { workload: 'a', uses: 1, seconds: 60, network: [] }, to),
  ],
];

/** Characters that do something to a terminal, or to whoever reads it. Line ends are counted apart. */
const doing = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

const cases = rows.flatMap(([name, run]) => formats.map((o) => [name, o, run] as const));

describe('text from elsewhere', () => {
  // breaks when: a command prints a name, a reason or a task as it came
  it.each(cases)('of %s with -o %s does nothing to a terminal', async (name, o, run) => {
    const output = new DoubleOutput();
    await run(new DoubleLine(answers), guarded(output), o);
    const printed = [...output.results, ...output.said].join('\n');
    expect(printed.length).toBeGreaterThan(1);
    expect(printed).not.toMatch(doing);
    // What the broker writes in YAML, and a secret that is shown once, have lines of their own.
    if (!['envelope suggest', 'join-token create'].includes(name))
      expect(printed).not.toMatch(/^forged/m);
  });

  it('keeps its meaning for programs', async () => {
    const output = new DoubleOutput();
    await showSession(new DoubleLine(answers), { id, o: 'json' }, guarded(output));
    expect(output.json).toMatchObject({
      contact: hostile,
      cause: { reason: hostile },
      mayAsk: [{ resource: hostile, scopes: [hostile] }],
    });
  });

  it('of a plan that drifts does nothing either', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'creance-'));
    const file = join(folder, 'creance.yaml');
    writeFileSync(file, manifestText);
    const output = new DoubleOutput();
    const planned = plan(new DoubleLine(answers), { file, o: 'table' }, guarded(output));
    await expect(planned).rejects.toMatchObject({ exitCode: 2 });
    rmSync(folder, { recursive: true });
    expect(output.results.join('')).not.toMatch(doing);
    expect(output.results.join('')).not.toMatch(/^forged/m);
  });

  it.each([
    ['a refusal', { reason: 'session_ended', requestId: hostile }],
    ['a broker that is away', {}],
  ])('of %s does nothing either', async (_name, facts) => {
    const line = new DoubleLine({
      Resume: () => {
        throw Object.assign(new Error(hostile), facts);
      },
    });
    const act = resume(line, { session: id, reason: 'a test', o: 'table' }, new DoubleOutput());
    const message = await act.then(String, (fault: Error) => fault.message);
    expect(message).toContain('u{202e}');
    expect(message).not.toMatch(doing);
    expect(message).not.toContain('\n');
  });

  it('leaves our own colours and lines as they are', () => {
    const output = new DoubleOutput();
    guarded(output).result('\u001b[1mbold\u001b[22m\nnext\u001b[2J\u001b[H');
    expect(output.results).toEqual(['\u001b[1mbold\u001b[22m\nnext\\u{1b}[2J\\u{1b}[H']);
  });
});

it('names of verifiers do nothing', async () => {
  const reply = {
    verifiers: [{ sessionId: wireHandle(id), resource: hostile, acknowledgedRevision: 1n }],
    revision: 1n,
  };
  const line = { call: async () => ListVerifiersResponse.encode(reply).finish(), close() {} };
  for (const o of formats) {
    const output = new DoubleOutput();
    await listVerifiers(line, { o }, guarded(output));
    expect(output.results.join('')).not.toMatch(doing);
  }
});
