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
    throw new CommandFailed(
      explain(error as Error & { metadata?: { get(name: string): unknown[] } }),
    );
  }
}

function explain(error: Error & { metadata?: { get(name: string): unknown[] } }): string {
  const [bytes] = error.metadata?.get('grpc-status-details-bin') ?? [];
  if (!(bytes instanceof Uint8Array))
    return `the broker cannot be reached: ${printable(error.message)}`;
  const detail = RpcStatus.decode(bytes).details.find(({ typeUrl }) =>
    typeUrl.endsWith('/google.rpc.ErrorInfo'),
  );
  const shown = detail && ErrorInfo.decode(detail.value);
  const reason = shown && reasonFromErrorInfo(shown.reason);
  if (shown === undefined || reason === undefined) return printable(error.message);
  const { message, fix } = reasonRow(reason);
  return `${reason} ${message} — fix: ${fix}; request: ${printable(shown.metadata['request_id'] ?? 'unknown')}`;
}

/** The subscribed verifiers and the head of the log. */
export async function listedVerifiers(line: OperatorLine): Promise<ListVerifiersResponse> {
  const request = ListVerifiersRequest.encode({}).finish();
  return ListVerifiersResponse.decode(
    await call(line, '/creance.v1.OperatorService/ListVerifiers', request),
  );
}
