/** What a gRPC status alone says, when no reason that this version knows comes with it. */
export interface StatusRow {
  /** The SDK's code. */
  readonly code: string;
  readonly retryable: boolean;
  readonly message: string;
  readonly hint: string;
}

const newer = 'the broker may be newer than this package: update it, or tell the operator';
const later = 'try again after a pause';

function row(name: string, message: string, hint: string): StatusRow {
  return { code: `CREANCE_STATUS_${name}`, message, hint, retryable: false };
}

const unknown: StatusRow = row('UNKNOWN', 'the broker answered in an unknown way', newer);

/** Rows by gRPC status number; 0 is success and has none. */
export const statusRows: ReadonlyMap<number, StatusRow> = new Map([
  [1, row('CANCELLED', 'the call was cancelled', later)],
  [2, unknown],
  [3, row('INVALID_ARGUMENT', 'the broker refused the request as malformed', newer)],
  [
    4,
    {
      code: 'CREANCE_DEADLINE_EXCEEDED',
      message: 'the broker did not answer in time',
      hint: later,
      retryable: true,
    },
  ],
  [5, row('NOT_FOUND', 'the broker has no such thing', newer)],
  [6, row('ALREADY_EXISTS', 'the broker has that already', newer)],
  [7, row('PERMISSION_DENIED', 'the broker refused the call', newer)],
  [8, row('RESOURCE_EXHAUSTED', 'the broker has reached a limit', later)],
  [9, row('FAILED_PRECONDITION', 'the broker refused the call in its present state', newer)],
  [10, row('ABORTED', 'the broker gave the call up', later)],
  [11, row('OUT_OF_RANGE', 'the broker refused a value', newer)],
  [12, row('UNIMPLEMENTED', 'the broker does not know the call', newer)],
  [13, row('INTERNAL', 'the broker or the connection has a fault', 'tell the operator')],
  [
    14,
    {
      code: 'CREANCE_BROKER_UNAVAILABLE',
      message: 'the broker cannot be reached',
      hint: 'start the broker, or check its address and certificate',
      retryable: true,
    },
  ],
  [15, row('DATA_LOSS', 'the broker lost data', 'tell the operator')],
  [16, row('UNAUTHENTICATED', 'the broker does not know the caller', newer)],
]);

/** gRPC status numbers that the SDK decides by. */
export const grpcStatus = {
  ok: 0,
  deadlineExceeded: 4,
  permissionDenied: 7,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
} as const;

/** The row of a status; unknown numbers count as UNKNOWN. */
export function statusRow(status: number): StatusRow {
  return statusRows.get(status) ?? unknown;
}
