import {
  ApplyManifestRequest,
  ApproveProposalRequest,
  CompromiseKeyRequest,
  CreateJoinTokenRequest,
  CutRequest,
  DenyProposalRequest,
  ExplainRefusalRequest,
  ExplainSessionRequest,
  GetManifestRequest,
  GetSessionRequest,
  ListDeliveriesRequest,
  ListKeysRequest,
  ListManifestVersionsRequest,
  ListProposalsRequest,
  ListSessionsRequest,
  ListVerifiersRequest,
  PlanManifestRequest,
  ReadHistoryRequest,
  ResumeRequest,
  SessionKind,
  SuggestEnvelopeRequest,
  SuspendRequest,
  WatchEventsRequest,
} from '@creance/proto/wire';
import type { Row, Sacrifices } from './row.js';

/** What operators may do, as the table of rows.ts has it: apart from it for its length alone. */
export const operatorRows = ({
  toCut,
  toHold,
  newKey: keyThumbprint,
}: Sacrifices): Readonly<Record<string, Row>> => ({
  '/creance.v1.OperatorService/Cut': {
    admits: ['operator/security', 'dev-owner'],
    digest: true,
    request: CutRequest.encode({
      target: { $case: 'sessionId', value: toCut },
      reason: 'a test',
    }).finish(),
  },
  '/creance.v1.OperatorService/Suspend': {
    admits: ['operator/security', 'dev-owner'],
    digest: true,
    request: SuspendRequest.encode({ sessionId: toHold, reason: 'a test' }).finish(),
  },
  '/creance.v1.OperatorService/Resume': {
    admits: ['operator/security', 'dev-owner'],
    digest: true,
    request: ResumeRequest.encode({ sessionId: toCut, reason: 'a test' }).finish(),
    answer: 'session_revoked',
  },
  '/creance.v1.OperatorService/ListProposals': {
    admits: [
      'operator/viewer',
      'operator/registrar',
      'operator/policy',
      'operator/security',
      'operator/auditor',
      'dev-owner',
    ],
    digest: false,
    request: ListProposalsRequest.encode({}).finish(),
  },
  '/creance.v1.OperatorService/ApproveProposal': {
    admits: ['operator/policy', 'operator/security', 'dev-owner'],
    digest: true,
    request: ApproveProposalRequest.encode({
      proposalId: Buffer.alloc(16),
      digest: 'A'.repeat(43),
    }).finish(),
    answer: 'proposal_unknown',
  },
  '/creance.v1.OperatorService/DenyProposal': {
    admits: ['operator/registrar', 'operator/policy', 'operator/security', 'dev-owner'],
    digest: true,
    request: DenyProposalRequest.encode({
      proposalId: Buffer.alloc(16),
      reason: 'a test',
    }).finish(),
    answer: 'proposal_unknown',
  },
  '/creance.v1.OperatorService/CompromiseKey': {
    admits: ['operator/keys', 'dev-owner'],
    digest: true,
    request: CompromiseKeyRequest.encode({ keyId: keyThumbprint, reason: 'a test' }).finish(),
    answer: 'token_key_unknown',
  },
  '/creance.v1.OperatorService/ExplainSession': {
    admits: ['operator/viewer', 'operator/security', 'dev-owner'],
    digest: false,
    request: ExplainSessionRequest.encode({ sessionId: toHold, pageToken: '' }).finish(),
    // Nobody has seen it do anything.
    answer: 'session_not_watched',
  },
  '/creance.v1.OperatorService/GetSession': {
    admits: ['operator/viewer', 'operator/security', 'dev-owner'],
    digest: false,
    request: GetSessionRequest.encode({ sessionId: toHold }).finish(),
  },
  '/creance.v1.OperatorService/ExplainRefusal': {
    admits: ['operator/viewer', 'operator/security', 'dev-owner'],
    digest: false,
    request: ExplainRefusalRequest.encode({ requestId: 'A'.repeat(22) }).finish(),
    answer: 'refusal_unknown',
  },
  '/creance.v1.OperatorService/SuggestEnvelope': {
    admits: ['operator/viewer', 'operator/policy', 'dev-owner'],
    digest: false,
    request: SuggestEnvelopeRequest.encode({ workload: 'triage' }).finish(),
    answer: 'profile_too_young',
  },
  '/creance.v1.OperatorService/ReadHistory': {
    admits: ['operator/viewer', 'dev-owner'],
    digest: false,
    request: ReadHistoryRequest.encode({
      workload: 'triage',
      sinceUnixMicros: 0n,
      pageToken: '',
    }).finish(),
  },
  '/creance.v1.OperatorService/WatchEvents': {
    admits: ['operator/viewer', 'operator/security', 'operator/auditor', 'dev-owner'],
    digest: false,
    request: WatchEventsRequest.encode({
      after: 0n,
      follow: false,
      workload: '',
      owner: '',
      sessionId: new Uint8Array() as Buffer,
      kinds: [],
    }).finish(),
  },
  '/creance.v1.OperatorService/ListDeliveries': {
    admits: ['operator/viewer', 'operator/security', 'operator/auditor', 'dev-owner'],
    digest: false,
    request: ListDeliveriesRequest.encode({ owner: '' }).finish(),
  },
  '/creance.v1.OperatorService/ListKeys': {
    admits: ['operator/viewer', 'dev-owner'],
    digest: false,
    request: ListKeysRequest.encode({}).finish(),
  },
  '/creance.v1.OperatorService/ListSessions': {
    admits: ['operator/viewer', 'dev-owner'],
    digest: false,
    request: ListSessionsRequest.encode({
      pageSize: 0,
      pageToken: '',
      treeOf: new Uint8Array() as Buffer,
      workload: '',
      owner: '',
      state: 0,
    }).finish(),
  },
  '/creance.v1.OperatorService/ListVerifiers': {
    admits: ['operator/viewer', 'dev-owner'],
    digest: false,
    request: ListVerifiersRequest.encode({}).finish(),
  },
  '/creance.v1.RegistryService/CreateJoinToken': {
    admits: ['operator/registrar', 'dev-owner'],
    digest: true,
    request: CreateJoinTokenRequest.encode({
      kind: SessionKind.SESSION_KIND_WORKLOAD,
      name: 'triage',
      uses: 0,
      lifetimeSeconds: 0,
      networks: [],
    }).finish(),
  },
  '/creance.v1.RegistryService/PlanManifest': {
    admits: ['operator/viewer', 'operator/registrar', 'operator/policy', 'dev-owner'],
    digest: false,
    request: PlanManifestRequest.encode({ source: { $case: 'version', value: 9n } }).finish(),
    answer: 'manifest_version_unknown',
  },
  '/creance.v1.RegistryService/ApplyManifest': {
    admits: ['operator/registrar', 'operator/policy', 'dev-owner'],
    digest: true,
    request: ApplyManifestRequest.encode({
      source: { $case: 'text', value: 'apiVersion: creance/v0' },
      expectedVersion: 0n,
      prune: true,
      reason: 'a test',
    }).finish(),
    answer: 'manifest_faulty',
  },
  '/creance.v1.RegistryService/ListManifestVersions': {
    admits: ['operator/viewer', 'operator/registrar', 'operator/policy', 'dev-owner'],
    digest: false,
    request: ListManifestVersionsRequest.encode({}).finish(),
  },
  '/creance.v1.RegistryService/GetManifest': {
    admits: ['operator/viewer', 'operator/registrar', 'operator/policy', 'dev-owner'],
    digest: false,
    request: GetManifestRequest.encode({ version: 0n }).finish(),
    answer: 'manifest_version_unknown',
  },
});
