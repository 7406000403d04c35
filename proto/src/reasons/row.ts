/** What one refusal means on every face of the broker. */
export interface ReasonRow {
  /** gRPC status code by its public number. */
  readonly grpc: number;
  /** Error code of the OAuth face (RFC 6749 §5.2, RFC 9449 §5). */
  readonly oauth: string;
  /** Whether the same call may succeed later without anybody changing anything. */
  readonly retryable: boolean;
  /** Safe for everybody. */
  readonly message: string;
  /** What the caller can do. */
  readonly fix: string;
}

/** What the refusals of one gRPC status share. */
type Kind = Pick<ReasonRow, 'grpc' | 'oauth' | 'retryable'>;

export const invalidArgument: Kind = { grpc: 3, oauth: 'invalid_request', retryable: false };
export const permissionDenied: Kind = { grpc: 7, oauth: 'unauthorized_client', retryable: false };
export const exhausted: Kind = { grpc: 8, oauth: 'temporarily_unavailable', retryable: true };
export const failedPrecondition: Kind = { grpc: 9, oauth: 'invalid_grant', retryable: false };
export const unavailable: Kind = { grpc: 14, oauth: 'temporarily_unavailable', retryable: true };
export const unauthenticated: Kind = { grpc: 16, oauth: 'invalid_client', retryable: false };
export const badProof: Kind = { grpc: 16, oauth: 'invalid_dpop_proof', retryable: false };
