import { connectionFix, errorDomain, parseScope, reasonFromErrorInfo } from '@creance/proto';
import { BadRequest, ErrorInfo, RetryInfo, RpcStatus } from '@creance/proto/wire';
import { limits } from '../limits.js';
import type { FailedReply } from '../transport/contract.js';
import { errorOfReason } from './classes.js';
import { BrokerUnavailableError, CreanceError, type ErrorFacts } from './creance-error.js';
import { grpcStatus, statusRow } from './status.js';

const errorInfoType = 'type.googleapis.com/google.rpc.ErrorInfo';
const retryInfoType = 'type.googleapis.com/google.rpc.RetryInfo';
const badRequestType = 'type.googleapis.com/google.rpc.BadRequest';
/** The path of a field in proto names, such as `task.grants[0].audience`. */
const fieldForm = /^[a-z_]{1,64}(?:\[\d{1,4}\])?(?:\.[a-z_]{1,64}(?:\[\d{1,4}\])?){0,4}$/;
const reasonForm = /^[A-Z][A-Z0-9_]{0,62}$/;
/** A message of a stream has the id of the stream, a dot and its own number. */
const requestIdForm = /^[A-Za-z0-9_-]{1,64}(?:\.\d{1,20})?$/;

/** What the details of a failed reply say; anything malformed counts as absent. */
interface Refusal {
  /** ErrorInfo form, upper snake case. */
  readonly errorReason: string | undefined;
  readonly requestId: string | undefined;
  readonly missingScope: string | undefined;
  /** The faulty field of the request. */
  readonly presented: string | undefined;
  readonly retryAfterMillis: number | undefined;
}

const silent: Refusal = {
  errorReason: undefined,
  requestId: undefined,
  missingScope: undefined,
  presented: undefined,
  retryAfterMillis: undefined,
};

/** The ErrorInfo reason of a failed reply in lower case, if it names one of ours. */
export function reasonOf(reply: FailedReply): string | undefined {
  return decode(reply.details).errorReason?.toLowerCase();
}

/**
 * The typed error of a failed reply. Its words come from our own tables, never from the wire, so that
 * nobody between broker and agent can put text in front of a person or a model.
 */
export function errorFromReply(reply: FailedReply): CreanceError {
  const refusal = decode(reply.details);
  const known = refusal.errorReason && reasonFromErrorInfo(refusal.errorReason);
  const { errorReason: _, ...found } = refusal;
  if (known) return errorOfReason(known, found);
  const row = statusRow(reply.status);
  const facts: ErrorFacts = {
    ...found,
    code: refusal.errorReason === undefined ? row.code : `CREANCE_${refusal.errorReason}`,
    reason: refusal.errorReason?.toLowerCase(),
    what: row.message,
    hint: connectionFix(reply.networkCode) ?? row.hint,
    retryable: row.retryable,
    networkCode: reply.networkCode,
    subject: reply.address,
  };
  return isUnavailable(reply.status) ? new BrokerUnavailableError(facts) : new CreanceError(facts);
}

function isUnavailable(status: number): boolean {
  return status === grpcStatus.unavailable || status === grpcStatus.deadlineExceeded;
}

function decode(details: Uint8Array | undefined): Refusal {
  if (details === undefined || details.length > limits.messageBytes) return silent;
  try {
    const status = RpcStatus.decode(details);
    const find = (url: string) => status.details.find((detail) => detail.typeUrl === url)?.value;
    const info = find(errorInfoType);
    const retry = find(retryInfoType);
    const bad = find(badRequestType);
    return {
      ...readErrorInfo(info && ErrorInfo.decode(info)),
      presented: bad && faultyField(BadRequest.decode(bad)),
      retryAfterMillis: retry && pauseMillis(RetryInfo.decode(retry)),
    };
  } catch {
    // Details that no decoder reads say nothing; the status still does.
    return silent;
  }
}

function readErrorInfo(info: ErrorInfo | undefined): Refusal {
  if (info === undefined || info.domain !== errorDomain || !reasonForm.test(info.reason))
    return silent;
  const requestId = info.metadata['request_id'];
  const missingScope = info.metadata['missing_scope'];
  return {
    errorReason: info.reason,
    requestId: requestId !== undefined && requestIdForm.test(requestId) ? requestId : undefined,
    missingScope: missingScope === undefined ? undefined : parseScope(missingScope),
    presented: undefined,
    retryAfterMillis: undefined,
  };
}

/** The first field that is faulty, by its path alone: what is wrong with it would be words from the wire. */
function faultyField({ fieldViolations }: BadRequest): string | undefined {
  const field = fieldViolations[0]?.field ?? '';
  return fieldForm.test(field) ? field : undefined;
}

function pauseMillis(retry: RetryInfo): number | undefined {
  if (retry.retryDelay === undefined) return undefined;
  const millis = Number(retry.retryDelay.seconds) * 1_000 + retry.retryDelay.nanos / 1_000_000;
  return Math.min(Math.max(0, Math.ceil(millis)), limits.retryAfterMillisMax);
}
