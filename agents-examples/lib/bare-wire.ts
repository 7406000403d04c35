import type { Client, Metadata, ServiceError } from '@grpc/grpc-js';
import { grpcReason, nonceOf } from './grpc-reason.js';

/** How a unary gRPC call ended. */
export interface UnaryEnd {
  readonly reply: Buffer;
  /** The status code; 0 when it was answered. */
  readonly code: number;
  /** The reason for a refusal. */
  readonly refusal: string | undefined;
  /** A nonce that came with it. */
  readonly nonce: string | undefined;
}

const asIs = (bytes: Buffer): Buffer => bytes;

/** One unary call of bytes; it resolves also when it is refused. */
export function unary(
  client: Client,
  path: string,
  request: Uint8Array,
  metadata: Metadata,
): Promise<UnaryEnd> {
  return new Promise((resolve) => {
    let [fault, reply]: [ServiceError | null, Buffer | undefined] = [null, undefined];
    client
      .makeUnaryRequest(path, asIs, asIs, Buffer.from(request), metadata, (...ended) => {
        [fault, reply] = ended;
      })
      .on('status', ({ code, metadata: trailers }) =>
        resolve({
          reply: reply ?? Buffer.alloc(0),
          code,
          refusal: fault === null ? undefined : grpcReason(fault),
          nonce: nonceOf(trailers),
        }),
      );
  });
}
