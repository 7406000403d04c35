import { ErrorInfo, RpcStatus } from '@creance/proto/wire';
import type { Metadata, ServiceError } from '@grpc/grpc-js';

/** The reason in the google.rpc.ErrorInfo of a refused call, in lower case; its status text without one. */
export function grpcReason({
  metadata,
  details,
}: Pick<ServiceError, 'metadata' | 'details'>): string {
  const [bytes] = metadata.get('grpc-status-details-bin');
  if (!(bytes instanceof Uint8Array)) return details;
  const [first] = RpcStatus.decode(bytes).details;
  return first === undefined ? details : ErrorInfo.decode(first.value).reason.toLowerCase();
}

/** A nonce that came with a reply. */
export function nonceOf(metadata: Metadata): string | undefined {
  const [nonce] = metadata.get('dpop-nonce');
  return typeof nonce === 'string' ? nonce : undefined;
}
