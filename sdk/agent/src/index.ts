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
} from './errors/creance-error.js';
export type { CreanceEvent, EventListener } from './events.js';
export type { HeadersRequest, SignedHeaders } from './http/fetch.js';
export type { ProtectedInit } from './http/request.js';
export type { Clock, Timer } from './runtime/clock.js';
export type { Session } from './session/session.js';
export type { Token } from './session/token.js';
export type { TokenRequest } from './session/token-ask.js';
