import { reasonFromErrorInfo, reasonRow } from '@creance/proto';
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
    throw failureOf(error as CallError);
  }
}

/** What a line rejects with: a gRPC error, or the SDK's, which has read it already. */
type CallError = Error & {
  readonly reason?: string;
  readonly requestId?: string;
  readonly metadata?: { get(name: string): unknown[] };
};

function failureOf(error: CallError): CommandFailed {
  const info = errorInfoOf(error);
  const reason = info
    ? reasonFromErrorInfo(info.reason)
    : reasonFromErrorInfo(error.reason?.toUpperCase() ?? '');
  if (reason === undefined) {
    const words = `the broker cannot be reached: ${printable(error.message)}`;
    return new CommandFailed(words, 1, { isUnreachable: true });
  }
  const { message, fix } = reasonRow(reason);
  const requestId = info?.metadata['request_id'] ?? error.requestId ?? 'unknown';
  const words = `${reason} ${message} — fix: ${fix}; request: ${printable(requestId)}`;
  return new CommandFailed(words, 1, { reason, isUnreachable: reason === 'shutting_down' });
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
