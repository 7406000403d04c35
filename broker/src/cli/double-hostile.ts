import type { SessionId } from '@creance/proto';
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
  PlanManifestResponse,
  RiskLevel,
  SessionKind,
  SessionState,
  SuggestEnvelopeResponse,
} from '@creance/proto/wire';
import { sessionIdOf } from '../doubles/ids.js';
import { wireHandle } from '../rpc/convert.js';

/** For tests: clears a screen, writes from right to left, ends a line in three ways, and forges the next one. */
export const hostile: string =
  'a\u001b[2J\u001b]0;x\u0007\u202e\u2066\u009b31m\u200f\u0085\u2028\r\nforged';
/** For tests: the session that every reply is about. */
export const id: SessionId = sessionIdOf(1);
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
  seenUnixMicros: micros,
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
/** For tests: a manifest in which nothing is wrong. */
export const manifestText: string = `apiVersion: creance/v1
owners: { team: { contact: team@example.com } }
resources: { crm: { audience: https://crm.example.internal, scopes: { a:b: { access: read } } } }
workloads:
  triage:
    owner: team
    class: agent
    evidence: [{ kind: join-token }]
`;

/** For tests: a broker that says the worst in every text of every reply. */
export const answers: Readonly<Record<string, () => Uint8Array>> = {
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
      durability: 1,
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
      waits: undefined,
    }).finish(),
};
