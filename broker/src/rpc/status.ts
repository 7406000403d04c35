import { errorDomain, errorInfoReason, reasonRow } from '@creance/proto';
import { type Any, BadRequest, ErrorInfo, RetryInfo, RpcStatus } from '@creance/proto/wire';
import { Metadata } from '@grpc/grpc-js';
import type { Denial } from '../domain/denial.js';
import type { CallNote } from './call-record.js';
import { type Encodes, encodeMessage } from './writer.js';

/** A refusal as grpc-js sends it. */
export interface RefusalStatus {
  readonly code: number;
  readonly details: string;
  readonly metadata: Metadata;
}

const typePrefix = 'type.googleapis.com/google.rpc.';

/** Whose call it is. */
type Asked = Pick<CallNote, 'requestId' | 'caller'>;

/**
 * The wire form of a refusal: the table's status and message, and `google.rpc` details. A private detail
 * never goes along; a missing scope goes to the session that asked for it and to nobody else (law 10).
 */
export function rpcStatusOf(denial: Denial, { requestId, caller }: Asked): RpcStatus {
  const { grpc: code, message } = reasonRow(denial.reason);
  const missing = caller?.kind === 'session' ? denial.missingScope : undefined;
  const facts = { request_id: requestId, ...(missing !== undefined && { missing_scope: missing }) };
  return { code, message, details: detailsOf(denial, facts) };
}

/** The same as the end of a call. */
export function statusOf(denial: Denial, asked: Asked, nonce?: () => string): RefusalStatus {
  const status = rpcStatusOf(denial, asked);
  const { code, message } = status;
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', encodeMessage(RpcStatus, status));
  if (denial.reason === 'nonce_required' && nonce !== undefined)
    metadata.set('dpop-nonce', nonce());
  return { code, details: message, metadata };
}

function detailsOf(denial: Denial, facts: Record<string, string>): Any[] {
  const { reason, retryAfterMillis, fields } = denial;
  const details = [
    packed('ErrorInfo', ErrorInfo, {
      reason: errorInfoReason(reason),
      domain: errorDomain,
      metadata: facts,
    }),
  ];
  if (retryAfterMillis !== undefined) {
    const millis = Math.ceil(retryAfterMillis);
    const retryDelay = {
      seconds: BigInt(Math.floor(millis / 1_000)),
      nanos: (millis % 1_000) * 1_000_000,
    };
    details.push(packed('RetryInfo', RetryInfo, { retryDelay }));
  }
  if (fields !== undefined) {
    const fieldViolations = fields.map(({ field, fault }) => ({ field, description: fault }));
    details.push(packed('BadRequest', BadRequest, { fieldViolations }));
  }
  return details;
}

function packed<Message>(name: string, kind: Encodes<Message>, message: Message): Any {
  return { typeUrl: typePrefix + name, value: encodeMessage(kind, message) };
}
