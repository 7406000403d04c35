import { errorDomain, errorInfoReason, type Reason, reasonRow } from '@creance/proto';
import { BadRequest, ErrorInfo, RetryInfo, RpcStatus } from '@creance/proto/wire';
import type { FailedReply } from '../transport/contract.js';

/** How a refusal differs from the plain one. */
export interface RefusalParts {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly retryAfterMillis?: number;
  readonly nonce?: string;
  /** Sent instead of ours. */
  readonly errorReason?: string;
  readonly domain?: string;
  /** The faulty field of the request. */
  readonly field?: string;
}

/** For tests: the failed reply of a broker that refuses for a reason. */
export function refusalReply(reason: Reason, parts: RefusalParts = {}): FailedReply {
  const status = reasonRow(reason).grpc;
  const info = ErrorInfo.encode({
    reason: parts.errorReason ?? errorInfoReason(reason),
    domain: parts.domain ?? errorDomain,
    metadata: { request_id: 'request-1', ...parts.metadata },
  });
  const details = [detail('ErrorInfo', info.finish())];
  if (parts.retryAfterMillis !== undefined)
    details.push(detail('RetryInfo', retryInfo(parts.retryAfterMillis)));
  if (parts.field !== undefined) {
    const fieldViolations = [{ field: parts.field, description: 'odd words from the wire' }];
    details.push(detail('BadRequest', BadRequest.encode({ fieldViolations }).finish()));
  }
  // The message must never reach a user: it comes from the wire.
  const message = 'words from the wire';
  return {
    ...lostReply(status),
    details: RpcStatus.encode({ code: status, message, details }).finish(),
    nonce: parts.nonce,
  };
}

/** For tests: a failure without details, as a broken connection gives. */
export function lostReply(status: number, networkCode?: string): FailedReply {
  return { ok: false, status, details: undefined, nonce: undefined, networkCode };
}

function detail(name: string, value: Uint8Array): { typeUrl: string; value: Buffer } {
  return { typeUrl: `type.googleapis.com/google.rpc.${name}`, value: Buffer.from(value) };
}

function retryInfo(millis: number): Uint8Array {
  const seconds = BigInt(Math.floor(millis / 1_000));
  const nanos = (millis % 1_000) * 1_000_000;
  return RetryInfo.encode({ retryDelay: { seconds, nanos } }).finish();
}
