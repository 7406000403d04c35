import { errorDomain, type Reason, reasonFromErrorInfo } from '@creance/proto';
import { ErrorInfo, RpcStatus } from '@creance/proto/wire';
import { type Metadata, type ServiceError, status } from '@grpc/grpc-js';

/** A call that did not succeed, at the broker or before it. */
export interface BrokerRefusal {
  /** gRPC status by its name. */
  readonly status: string;
  /** The broker's reason; undefined when the call did not reach it, or it is of another version. */
  readonly reason: Reason | undefined;
}

const nonceCharsMax = 128;

/** Reads why a call failed. */
export function refusalOf(fault: unknown): BrokerRefusal {
  const { code, metadata } = fault as Partial<ServiceError>;
  const name = code === undefined ? undefined : status[code];
  return { status: name ?? 'UNKNOWN', reason: metadata && reasonOf(metadata) };
}

/** The nonce that came with a reply. */
export function nonceOf(metadata: Metadata | undefined): string | undefined {
  const nonce = metadata?.get('dpop-nonce').at(-1);
  const isNonce = typeof nonce === 'string' && nonce !== '' && nonce.length <= nonceCharsMax;
  return isNonce ? nonce : undefined;
}

/** The reason of the first ErrorInfo of ours in the trailer `grpc-status-details-bin`. */
function reasonOf(metadata: Metadata): Reason | undefined {
  const [bytes] = metadata.get('grpc-status-details-bin');
  if (!Buffer.isBuffer(bytes)) return undefined;
  try {
    const { details } = RpcStatus.decode(bytes);
    const detail = details.find(({ typeUrl }) => typeUrl.endsWith('/google.rpc.ErrorInfo'));
    const { domain, reason } = ErrorInfo.decode(detail?.value ?? Buffer.alloc(0));
    return domain === errorDomain ? reasonFromErrorInfo(reason) : undefined;
  } catch {
    return undefined;
  }
}
