import { type Reason, reasonFromErrorInfo, reasonRow } from '@creance/proto';
import {
  ErrorInfo,
  ListVerifiersRequest,
  ListVerifiersResponse,
  RpcStatus,
} from '@creance/proto/wire';
import type { OperatorLine } from '../rpc/operator-client.js';
import { CommandFailed, printable } from './output.js';

/** Calls, and says a refusal in the form that people can act on. */
export async function call(
  line: OperatorLine,
  path: string,
  request: Uint8Array,
): Promise<Uint8Array> {
  try {
    return await line.call(path, request);
  } catch (error) {
    throw new CommandFailed(explain(error as CallError));
  }
}

/** What a line rejects with: a gRPC error, or the SDK's, which has read it already. */
type CallError = Error & {
  readonly reason?: string;
  readonly requestId?: string;
  readonly metadata?: { get(name: string): unknown[] };
};

/** A refusal in the form that people can act on, or that there is nobody to ask. */
export function explain(error: CallError): string {
  const info = errorInfoOf(error);
  const reason = refusalOf(error);
  if (reason === undefined) return `the broker cannot be reached: ${printable(error.message)}`;
  const { message, fix } = reasonRow(reason);
  const requestId = info?.metadata['request_id'] ?? error.requestId ?? 'unknown';
  return `${reason} ${message} — fix: ${fix}; request: ${printable(requestId)}`;
}

/** The reason that an error names; undefined when the broker has not said one: it cannot be reached. */
export function refusalOf(error: CallError): Reason | undefined {
  const info = errorInfoOf(error);
  return reasonFromErrorInfo(info?.reason ?? error.reason?.toUpperCase() ?? '');
}

function errorInfoOf(error: CallError): ErrorInfo | undefined {
  const [bytes] = error.metadata?.get('grpc-status-details-bin') ?? [];
  if (!(bytes instanceof Uint8Array)) return undefined;
  const isInfo = ({ typeUrl }: { typeUrl: string }) => typeUrl.endsWith('/google.rpc.ErrorInfo');
  const detail = RpcStatus.decode(bytes).details.find(isInfo);
  return detail && ErrorInfo.decode(detail.value);
}

/** The subscribed verifiers and the head of the log. */
export async function listedVerifiers(line: OperatorLine): Promise<ListVerifiersResponse> {
  const request = ListVerifiersRequest.encode({}).finish();
  return ListVerifiersResponse.decode(
    await call(line, '/creance.v1.OperatorService/ListVerifiers', request),
  );
}
