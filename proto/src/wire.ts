// The generated messages and services of creance.v1, one symbol at a time.
export { Entry, Frame, FrameKind, SignedFrame, TokenKey } from './gen/creance/v1/feed.js';
export {
  CutRequest,
  CutResponse,
  ListSessionsRequest,
  ListSessionsResponse,
  ListVerifiersRequest,
  ListVerifiersResponse,
  OperatorServiceService,
  SessionSummary,
  VerifierSummary,
} from './gen/creance/v1/operator_service.js';
export {
  CreateJoinTokenRequest,
  CreateJoinTokenResponse,
  RegistryServiceService,
} from './gen/creance/v1/registry_service.js';
export {
  EndSessionRequest,
  EndSessionResponse,
  Evidence,
  IssueTokenRequest,
  IssueTokenResponse,
  JoinTokenEvidence,
  KeyAssertionEvidence,
  OpenSessionRequest,
  OpenSessionResponse,
  RenewSessionRequest,
  RenewSessionResponse,
  SessionKind,
  SessionServiceService,
} from './gen/creance/v1/session_service.js';
export { BadRequest, ErrorInfo, RetryInfo, RpcStatus } from './gen/creance/v1/status.js';
export {
  AcknowledgeRequest,
  AcknowledgeResponse,
  Opening,
  Resync,
  Settings,
  Strictness,
  SubscribeRequest,
  SubscribeResponse,
  VerifierServiceService,
} from './gen/creance/v1/verifier_service.js';
export { descriptorSetBase64 } from './gen/descriptor.js';
export { Any } from './gen/google/protobuf/any.js';
