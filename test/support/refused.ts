import { ErrorInfo, RetryInfo, RpcStatus } from '@creance/proto/wire';
import type { ServiceError } from '@grpc/grpc-js';

/** A refusal as it came over the wire. */
export class Refused extends Error {
  readonly reason: string;
  readonly grpc: number;
  /** Metadata of the ErrorInfo. */
  readonly facts: Readonly<Record<string, string>>;
  /** The message on the wire. */
  readonly said: string;
  /** Milliseconds after which it may be tried again, when the broker says so. */
  readonly retryAfterMillis: number | undefined;

  constructor(
    reason: string,
    grpc: number,
    facts: Readonly<Record<string, string>> = {},
    said = '',
    retryAfterMillis?: number,
  ) {
    super(said === '' ? reason : `${reason}: ${said}`);
    this.reason = reason;
    this.grpc = grpc;
    this.facts = facts;
    this.said = said;
    this.retryAfterMillis = retryAfterMillis;
  }
}

/** What a gRPC error says, by its details. */
export function refusedOf(error: ServiceError): Refused {
  const [bytes] = error.metadata.get('grpc-status-details-bin');
  // Whoever has answered is no broker's refusal: its words are all there is to find it by.
  if (!(bytes instanceof Uint8Array))
    return new Refused(`grpc:${error.code}`, error.code, {}, error.details);
  const { details } = RpcStatus.decode(bytes);
  const [first] = details;
  const info = first && ErrorInfo.decode(first.value);
  const reason = info?.reason.toLowerCase() ?? 'none';
  const hint = details.find(({ typeUrl }) => typeUrl.endsWith('.RetryInfo'));
  const delay = hint && RetryInfo.decode(hint.value).retryDelay;
  const waitMillis = delay && Number(delay.seconds) * 1_000 + delay.nanos / 1_000_000;
  return new Refused(reason, error.code, info?.metadata ?? {}, error.details, waitMillis);
}
