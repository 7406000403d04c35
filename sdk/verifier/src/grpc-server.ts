export { identityOf } from './grpc-server/identities.js';
export { creanceServerInterceptor, type ProtectedMethods } from './grpc-server/interceptor.js';
export type { DestinationsOfMessage } from './grpc-server/late-aim.js';
