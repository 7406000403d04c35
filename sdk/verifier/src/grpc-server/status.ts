import { errorDomain } from '@creance/proto';
import { type Any, ErrorInfo, RetryInfo, RpcStatus } from '@creance/proto/wire';
import { Metadata, status } from '@grpc/grpc-js';
import type { Failure } from '../failure.js';

/** How a call ends, as grpc-js sends it. */
export interface EndStatus {
  readonly code: status;
  readonly details: string;
  readonly metadata: Metadata;
}

const typePrefix = 'type.googleapis.com/google.rpc.';

const codes: Readonly<Record<Failure['status'], status>> = {
  401: status.UNAUTHENTICATED,
  403: status.PERMISSION_DENIED,
  503: status.UNAVAILABLE,
};

/**
 * A refusal on gRPC: the status, a google.rpc.ErrorInfo with the reason in upper case and the request id,
 * how long to wait where waiting helps, and a fresh nonce in `dpop-nonce` where one is asked for.
 */
export function statusOf(failure: Failure): EndStatus {
  const { message } = failure;
  const code = codes[failure.status];
  const metadata = new Metadata();
  const details = detailsOf(failure);
  const bytes = RpcStatus.encode({ code, message, details }).finish();
  metadata.set('grpc-status-details-bin', Buffer.from(bytes));
  const nonce = failure.headers['dpop-nonce'];
  if (nonce !== undefined) metadata.set('dpop-nonce', nonce);
  return { code, details: message, metadata };
}

function detailsOf({ reason, requestId, retryAfterSeconds, scopes }: Failure): Any[] {
  const facts = { request_id: requestId, ...(scopes.length > 0 && { scope: scopes.join(' ') }) };
  const details = [
    packed(
      'ErrorInfo',
      ErrorInfo.encode({ reason: reason.toUpperCase(), domain: errorDomain, metadata: facts }),
    ),
  ];
  if (retryAfterSeconds !== undefined) {
    const retryDelay = { seconds: BigInt(retryAfterSeconds), nanos: 0 };
    details.push(packed('RetryInfo', RetryInfo.encode({ retryDelay })));
  }
  return details;
}

function packed(name: string, message: { finish(): Uint8Array }): Any {
  return { typeUrl: typePrefix + name, value: Buffer.from(message.finish()) };
}
