import { type Reason, reasonFromErrorInfo } from '@creance/proto';
import {
  ErrorInfo,
  ExplainRefusalRequest,
  ExplainRefusalResponse,
  ListVerifiersRequest,
  ListVerifiersResponse,
  RpcStatus,
} from '@creance/proto/wire';
import type { OperatorLine } from '../rpc/operator-client.js';
import { CommandFailed, printable } from './output.js';
import { type RefusalWords, refusalText, unreachableText } from './refusal-text.js';

/** Calls, and says a refusal in the form that people can act on. */
export async function call(
  line: OperatorLine,
  path: string,
  request: Uint8Array,
): Promise<Uint8Array> {
  try {
    return await line.call(path, request);
  } catch (error) {
    throw failureOf(error as CallError, await wordsOf(line, error as CallError));
  }
}

/** Refusals of a name, which is most often a slip: the nearest one is worth another call. */
const ofNames: readonly (Reason | undefined)[] = ['member_unknown'];

/** What the broker says of such a refusal; undefined to those whose roles do not let them ask. */
async function wordsOf(line: OperatorLine, error: CallError): Promise<RefusalWords | undefined> {
  const requestId = requestIdOf(error);
  if (requestId === undefined || !ofNames.includes(refusalOf(error))) return undefined;
  const ask = ExplainRefusalRequest.encode({ requestId }).finish();
  try {
    const reply = await line.call('/creance.v1.OperatorService/ExplainRefusal', ask);
    const { presented, nearestRule, fix } = ExplainRefusalResponse.decode(reply);
    return { presented, nearestRule, fix };
  } catch {
    // The refusal itself is what is to be said.
    return undefined;
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

/** A refusal in the form that people can act on, or that there is nobody to ask. */
export function failureOf(error: CallError, words?: RefusalWords): CommandFailed {
  const reason = refusalOf(error);
  if (reason !== undefined) {
    const details = detailsOf(error);
    const requestId = requestIdOf(error);
    const text = refusalText(reason, { requestId, details, words });
    return new CommandFailed(text, 1, { reason, isUnreachable: reason === 'shutting_down' });
  }
  // The SDK has read the error, and has words of the same form for it.
  if (error.hint !== undefined)
    return new CommandFailed(printable(error.message), 1, {
      isUnreachable: error.retryable === true,
    });
  return new CommandFailed(unreachableText(error.message), 1, { isUnreachable: true });
}

/** The reason that an error names; undefined when the broker has not said one: it cannot be reached. */
export function refusalOf(error: CallError): Reason | undefined {
  const info = errorInfoOf(detailsOf(error));
  return reasonFromErrorInfo(info?.reason ?? error.reason?.toUpperCase() ?? '');
}

function requestIdOf(error: CallError): string | undefined {
  return errorInfoOf(detailsOf(error))?.metadata['request_id'] ?? error.requestId;
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
