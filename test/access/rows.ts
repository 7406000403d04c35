import {
  AcknowledgeRequest,
  CreateChildJoinTokenRequest,
  DelegateSessionRequest,
  EndSessionRequest,
  IssueTokenRequest,
  OpenSessionRequest,
  RekeySessionRequest,
  RenewSessionRequest,
  ReportActionsRequest,
  StreamRequest,
  SubscribeRequest,
} from '@creance/proto/wire';
import { edgeAudience } from '../support/edge.js';
import { type CallerName, callers, type Row, roles, type Sacrifices } from './row.js';
import { operatorRows } from './rows-operator.js';

const sessionHolders: readonly CallerName[] = [
  'workload',
  'verifier',
  ...roles.map((role) => `operator/${role}` as const),
];

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
  ...operatorRows({ toCut, toHold, newKey: keyThumbprint }),
  ...Object.fromEntries(
    [
      '/grpc.health.v1.Health/Check',
      '/grpc.health.v1.Health/Watch',
      '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
      '/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo',
    ].map((path) => [path, { admits: callers, digest: false, request: empty }]),
  ),
});
