import { reasonFromErrorInfo } from '@creance/proto';
import {
  ErrorInfo,
  ListVerifiersRequest,
  ListVerifiersResponse,
  RpcStatus,
} from '@creance/proto/wire';
import type { OperatorLine } from '../rpc/operator-client.js';
import { CommandFailed, printable } from './output.js';
import { refusalText, unreachableText } from './refusal-text.js';

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
  /** The SDK's alone. */
  readonly hint?: string;
  readonly retryable?: boolean;
  readonly metadata?: { get(name: string): unknown[] };
};

function failureOf(error: CallError): CommandFailed {
  const details = detailsOf(error);
  const info = errorInfoOf(details);
  const reason = info
    ? reasonFromErrorInfo(info.reason)
    : reasonFromErrorInfo(error.reason?.toUpperCase() ?? '');
  if (reason !== undefined) {
    const requestId = info?.metadata['request_id'] ?? error.requestId;
    const isUnreachable = reason === 'shutting_down';
    return new CommandFailed(refusalText(reason, { requestId, details }), 1, {
      reason,
      isUnreachable,
    });
  }
  // The SDK has read the error, and has words of the same form for it.
  if (error.hint !== undefined)
    return new CommandFailed(printable(error.message), 1, {
      isUnreachable: error.retryable === true,
    });
  return new CommandFailed(unreachableText(error.message), 1, { isUnreachable: true });
}

function detailsOf(error: CallError): RpcStatus['details'] {
  const [bytes] = error.metadata?.get('grpc-status-details-bin') ?? [];
  return bytes instanceof Uint8Array ? RpcStatus.decode(bytes).details : [];
}

function errorInfoOf(details: RpcStatus['details']): ErrorInfo | undefined {
  const isInfo = ({ typeUrl }: { typeUrl: string }) => typeUrl.endsWith('/google.rpc.ErrorInfo');
  const detail = details.find(isInfo);
  return detail && ErrorInfo.decode(detail.value);
}

/** The subscribed verifiers and the head of the log. */
export async function listedVerifiers(line: OperatorLine): Promise<ListVerifiersResponse> {
  const request = ListVerifiersRequest.encode({}).finish();
  return ListVerifiersResponse.decode(
    await call(line, '/creance.v1.OperatorService/ListVerifiers', request),
  );
}
