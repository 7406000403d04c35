import { connectionCode, connectionFix, errorText, type Reason, reasonRow } from '@creance/proto';
import { BadRequest, type RpcStatus } from '@creance/proto/wire';

/** What an operator is told of a refusal beside its reason. */
export interface RefusalFacts {
  readonly requestId: string | undefined;
  /** Details of the status, where the line gave them. */
  readonly details?: RpcStatus['details'] | undefined;
  /** What the broker says of it to operators alone, where it was asked. */
  readonly words?: RefusalWords | undefined;
}

/** The nearest rule and the fix, by the manifest in force. */
export interface RefusalWords {
  readonly presented: string;
  readonly nearestRule: string;
  readonly fix: string;
}

/**
 * A refusal of the broker for an operator, who may know all of it: reason, what was presented, the fix, the
 * request, and the command that says more.
 */
export function refusalText(
  reason: Reason,
  { requestId, details = [], words }: RefusalFacts,
): string {
  const { message: what, fix } = reasonRow(reason);
  const more = requestId && `creance explain ${requestId}`;
  const presented = presentedBy(details);
  const request = requestId ?? 'unknown';
  return errorText({ code: reason, what, presented, fix, ...words, request, more });
}

/** The faulty fields of the request, as the broker names them. */
function presentedBy(details: RpcStatus['details']): string | undefined {
  const isFields = ({ typeUrl }: { typeUrl: string }) => typeUrl.endsWith('/google.rpc.BadRequest');
  const found = details.find(isFields);
  if (found === undefined) return undefined;
  const { fieldViolations } = BadRequest.decode(found.value);
  return fieldViolations.map(({ field, description }) => `${field} ${description}`).join(', ');
}

/** A broker that gave no answer, by the words that the transport has for it. */
export function unreachableText(words: string): string {
  const code = connectionCode(words);
  return errorText({
    code: 'broker_unreachable',
    what: `the broker cannot be reached${code === undefined ? '' : ` (${code})`}`,
    presented: code === undefined ? words : undefined,
    fix: connectionFix(code) ?? 'start the broker, or name its data folder or key file',
    more: 'creance doctor',
  });
}
