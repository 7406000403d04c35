import { connectionCode, errorDomain, type Reason, reasonFromErrorInfo } from '@creance/proto';
import { ErrorInfo, RpcStatus } from '@creance/proto/wire';
import { type Metadata, type ServiceError, status } from '@grpc/grpc-js';
import type { VerifierEvent } from '../events.js';

/** A call that did not succeed, at the broker or before it. */
export interface BrokerRefusal {
  /** gRPC status by its name. */
  readonly status: string;
  /** The broker's reason; undefined when the call did not reach it, or it is of another version. */
  readonly reason: Reason | undefined;
  /** System or TLS code of a failed connection. */
  readonly networkCode?: string | undefined;
  /** Names the call in the broker's log. */
  readonly requestId?: string | undefined;
}

const nonceCharsMax = 128;
const requestIdForm = /^[A-Za-z0-9_-]{1,64}$/;

/** Reads why a call failed. */
export function refusalOf(fault: unknown): BrokerRefusal {
  const { code, details = '', metadata } = fault as Partial<ServiceError>;
  const name = (code === undefined ? undefined : status[code]) ?? 'UNKNOWN';
  const said = metadata && infoOf(metadata);
  const reason = said && reasonFromErrorInfo(said.reason);
  if (said === undefined) return { status: name, reason, networkCode: connectionCode(details) };
  const id = said.metadata['request_id'];
  const requestId = id !== undefined && requestIdForm.test(id) ? id : undefined;
  return { status: name, reason, requestId };
}

/** The nonce that came with a reply. */
export function nonceOf(metadata: Metadata | undefined): string | undefined {
  const nonce = metadata?.get('dpop-nonce').at(-1);
  const isNonce = typeof nonce === 'string' && nonce !== '' && nonce.length <= nonceCharsMax;
  return isNonce ? nonce : undefined;
}

/** The first ErrorInfo in the trailer `grpc-status-details-bin`, if it is ours. */
function infoOf(metadata: Metadata): ErrorInfo | undefined {
  const [bytes] = metadata.get('grpc-status-details-bin');
  if (!Buffer.isBuffer(bytes)) return undefined;
  try {
    const { details } = RpcStatus.decode(bytes);
    const detail = details.find(({ typeUrl }) => typeUrl.endsWith('/google.rpc.ErrorInfo'));
    const info = ErrorInfo.decode(detail?.value ?? Buffer.alloc(0));
    return info.domain === errorDomain ? info : undefined;
  } catch {
    return undefined;
  }
}

/** The event of a way that is lost by a refusal. */
export function disconnectedBy({
  status: name,
  reason,
  networkCode,
  requestId,
}: BrokerRefusal): VerifierEvent {
  return {
    kind: 'disconnected',
    code: reason ?? name,
    ...(networkCode !== undefined && { networkCode }),
    ...(requestId !== undefined && { requestId }),
  };
}
