import { connectionCode } from '@creance/proto';
import type { Metadata, StatusObject } from '@grpc/grpc-js';
import { grpcStatus } from '../errors/status.js';
import type { BrokerReply, FailedReply } from './contract.js';

/** The reply that a status stands for, with the response that came before it. */
export function replyOf(
  status: StatusObject,
  response: Buffer | undefined,
  initial: Metadata | undefined,
): BrokerReply {
  const nonce = nonceOf(status.metadata, initial);
  if (status.code === grpcStatus.ok && response !== undefined) return { ok: true, response, nonce };
  const code = status.code === grpcStatus.ok ? grpcStatus.internal : status.code;
  return failureOf(status, code, nonce);
}

/** The end that a status stands for, on a stream: one in order is only the end of this stream. */
export function endOf(status: StatusObject, initial: Metadata | undefined): FailedReply {
  const code = status.code === grpcStatus.ok ? grpcStatus.unavailable : status.code;
  return failureOf(status, code, nonceOf(status.metadata, initial));
}

/** A failure that says nothing but its status. */
export function failedReply(status: number): FailedReply {
  return { ok: false, status, details: undefined, nonce: undefined, networkCode: undefined };
}

function failureOf(status: StatusObject, code: number, nonce: string | undefined): FailedReply {
  const [details] = status.metadata.get('grpc-status-details-bin');
  return {
    ...failedReply(code),
    details: details instanceof Uint8Array ? details : undefined,
    nonce,
    networkCode: connectionCode(status.details),
  };
}

function nonceOf(trailers: Metadata, initial: Metadata | undefined): string | undefined {
  return textOf(trailers, 'dpop-nonce') ?? textOf(initial, 'dpop-nonce');
}

/** The last value of a metadata entry, if it is text. */
export function textOf(metadata: Metadata | undefined, key: string): string | undefined {
  const values = metadata?.get(key) ?? [];
  const last = values.at(-1);
  return typeof last === 'string' ? last : undefined;
}
