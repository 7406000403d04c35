export { type JoinOptions, joinVerifier } from './grpc/join.js';
export { JoinError, type LocalReason } from './grpc/join-error.js';
