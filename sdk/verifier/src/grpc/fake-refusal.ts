import { type Reason, reasonRow } from '@creance/proto';
import { Any, ErrorInfo, RpcStatus } from '@creance/proto/wire';
import { Metadata } from '@grpc/grpc-js';

/** A refusal as the broker sends it: status, ErrorInfo in the trailer, and a nonce. */
export function refusal(
  reason: Reason,
  nonce: string,
): { code: number; details: string; metadata: Metadata } {
  const row = reasonRow(reason);
  const info = { reason: reason.toUpperCase(), domain: 'creance.dev', metadata: {} };
  const detail = Any.fromPartial({
    typeUrl: 'type.googleapis.com/google.rpc.ErrorInfo',
    value: Buffer.from(ErrorInfo.encode(info).finish()),
  });
  const status = { code: row.grpc, message: row.message, details: [detail] };
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', Buffer.from(RpcStatus.encode(status).finish()));
  metadata.set('dpop-nonce', nonce);
  return { code: row.grpc, details: row.message, metadata };
}
