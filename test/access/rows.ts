import {
  AcknowledgeRequest,
  ApplyManifestRequest,
  CompromiseKeyRequest,
  CreateChildJoinTokenRequest,
  CreateJoinTokenRequest,
  CutRequest,
  DelegateSessionRequest,
  EndSessionRequest,
  ExplainRefusalRequest,
  ExplainSessionRequest,
  GetManifestRequest,
  GetSessionRequest,
  IssueTokenRequest,
  ListDeliveriesRequest,
  ListKeysRequest,
  ListManifestVersionsRequest,
  ListSessionsRequest,
  ListVerifiersRequest,
  OpenSessionRequest,
  PlanManifestRequest,
  ReadHistoryRequest,
  RekeySessionRequest,
  RenewSessionRequest,
  ReportActionsRequest,
  ResumeRequest,
  SessionKind,
  StreamRequest,
  SubscribeRequest,
  SuggestEnvelopeRequest,
  SuspendRequest,
  WatchEventsRequest,
} from '@creance/proto/wire';
import { edgeAudience } from '../support/edge.js';

const roles = ['viewer', 'registrar', 'policy', 'security', 'keys', 'auditor'] as const;

/** Somebody who calls, by what they have. */
export type CallerName =
  | 'nobody'
  | 'new-key'
  | 'workload'
  | 'verifier'
  | `operator/${(typeof roles)[number]}`
  | 'dev-owner'
  | 'revoked workload'
  | 'revoked operator/security'
  | 'ended verifier'
  | 'thief of a workload session';

/** Everybody who may call. */
export const callers: readonly CallerName[] = [
  'nobody',
  'new-key',
  'workload',
  'verifier',
  ...roles.map((role) => `operator/${role}` as const),
  'dev-owner',
  'revoked workload',
  'revoked operator/security',
  'ended verifier',
  'thief of a workload session',
];

const sessionHolders: readonly CallerName[] = [
  'workload',
  'verifier',
  ...roles.map((role) => `operator/${role}` as const),
];

/** One method of the edge, as this test expects it. */
export interface Row {
  /** Who comes in. Everybody else is refused by name. */
  readonly admits: readonly CallerName[];
  /** Whether a proof without the digest of the request is refused. */
  readonly digest: boolean;
  /** Whether a second proof, by a key that has no session, must come along. */
  readonly newKey?: boolean;
  /** A request that changes nothing that another row needs. */
  readonly request: Uint8Array;
  /** How it is answered to whoever comes in; `ok` where nothing is said. */
  readonly answer?: string;
}

/** What the rows are about. */
export interface Sacrifices {
  /** Sessions to end and to hold, 16 bytes. */
  readonly toCut: Buffer;
  readonly toHold: Buffer;
  /** Thumbprint of the key that the second proofs are by. */
  readonly newKey: string;
}

const empty = new Uint8Array();
/**
 * Written apart from the table of the edge, on purpose: whoever widens one has to widen the other. What
 * a row does not name is not in it.
 */
export const rowsFor = ({
  toCut,
  toHold,
  newKey: keyThumbprint,
}: Sacrifices): Readonly<Record<string, Row>> => ({
  '/creance.v1.SessionService/OpenSession': {
    // Whoever holds a key: what it opens is for the evidence, which here is none.
    admits: callers.filter((caller) => caller !== 'nobody' && caller !== 'dev-owner'),
    digest: true,
    request: OpenSessionRequest.encode({
      evidence: undefined,
      childJoinToken: '',
      task: undefined,
      upstream: undefined,
    }).finish(),
    answer: 'evidence_missing',
  },
  '/creance.v1.SessionService/IssueToken': {
    admits: ['workload'],
    digest: false,
    request: IssueTokenRequest.encode({
      audience: edgeAudience,
      scopes: ['contacts:read'],
      lifetimeSeconds: 0,
    }).finish(),
  },
  '/creance.v1.SessionService/RenewSession': {
    admits: sessionHolders,
    digest: false,
    request: RenewSessionRequest.encode({}).finish(),
  },
  '/creance.v1.SessionService/EndSession': {
    admits: sessionHolders,
    digest: true,
    request: EndSessionRequest.encode({}).finish(),
  },
  '/creance.v1.SessionService/DelegateSession': {
    admits: ['workload'],
    digest: true,
    newKey: true,
    request: DelegateSessionRequest.encode({ keyThumbprint, task: undefined }).finish(),
    // The manifest of this test lets nobody have children.
    answer: 'delegation_not_granted',
  },
  '/creance.v1.SessionService/CreateChildJoinToken': {
    admits: ['workload'],
    digest: true,
    request: CreateChildJoinTokenRequest.encode({ workload: 'triage', task: undefined }).finish(),
    answer: 'delegation_not_granted',
  },
  '/creance.v1.SessionService/RekeySession': {
    admits: sessionHolders,
    digest: true,
    newKey: true,
    request: RekeySessionRequest.encode({ keyThumbprint, evidence: undefined }).finish(),
    answer: 'rekey_needs_evidence',
  },
  '/creance.v1.SessionService/Stream': {
    admits: ['workload'],
    digest: false,
    request: StreamRequest.encode({
      id: 1n,
      kind: { $case: 'renewSession', value: {} },
      traceparent: '',
    }).finish(),
  },
  '/creance.v1.ActionService/ReportActions': {
    admits: ['workload', 'verifier'],
    digest: false,
    request: ReportActionsRequest.encode({ observations: [], proofs: [], dropped: 0 }).finish(),
  },
  '/creance.v1.VerifierService/Subscribe': {
    admits: ['verifier'],
    digest: false,
    request: SubscribeRequest.encode({ afterRevision: 0n, nonce: Buffer.alloc(16) }).finish(),
  },
  '/creance.v1.VerifierService/Acknowledge': {
    admits: ['verifier'],
    digest: false,
    request: AcknowledgeRequest.encode({ revision: 0n }).finish(),
  },
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
  ...Object.fromEntries(
    [
      '/grpc.health.v1.Health/Check',
      '/grpc.health.v1.Health/Watch',
      '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
      '/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo',
    ].map((path) => [path, { admits: callers, digest: false, request: empty }]),
  ),
});
