export type { DestinationKind } from '@creance/proto';
export type { ActionName, ActionOutcome, ActionRecord, NamedRequest } from './actions/action.js';
export { type ConnectOptions, connect } from './connect.js';
export type { Creance } from './creance.js';
export { type EnvironmentOptions, fromEnvironment } from './environment.js';
export {
  BrokerUnavailableError,
  ConfigurationError,
  CreanceError,
  EvidenceError,
  NotGrantedError,
  RequestRefusedError,
  SessionEndedError,
  SessionRevokedError,
  SessionSuspendedError,
} from './errors/creance-error.js';
export type { CreanceEvent, EventListener } from './events.js';
export type { HeadersRequest } from './http/fetch.js';
export type { ProtectedInit, RequestNaming } from './http/request.js';
export type { SignedHeaders } from './http/signed-headers.js';
export type { Clock, Timer } from './runtime/clock.js';
export type { ChildJoinToken, ChildJoinTokenRequest } from './session/child-join-token.js';
export type { DelegateOptions } from './session/delegate.js';
export type { Session } from './session/session.js';
export type { SessionOptions, Upstream } from './session/session-options.js';
export type { Destination, Task, TaskGrant } from './session/task.js';
export type { Token } from './session/token.js';
export type { TokenRequest } from './session/token-ask.js';
