import { type StatusObject, status } from '@grpc/grpc-js';
import type { ActionOutcome } from '../actions/action.js';
import { reasonOf } from '../errors/refusal.js';
import { type Challenge, challengeOf } from '../http/challenge.js';
import { endOf, textOf } from '../transport/reply.js';

/**
 * What a refusal on gRPC asks for, when a second try with something new can help: a nonce comes in the
 * trailer `dpop-nonce`, and a token that is worth nothing any more has a reason that begins with `token_`.
 */
export function challengeOfStatus(ended: StatusObject): Challenge | undefined {
  if (ended.code !== status.UNAUTHENTICATED) return undefined;
  const end = endOf(ended, undefined);
  const reason = reasonOf(end);
  if (reason?.startsWith('token_')) return 'token';
  const challenge = textOf(ended.metadata, 'www-authenticate');
  if (end.nonce !== undefined) return 'nonce';
  return challengeOf({ challenge, hasNonce: false });
}

/** Statuses that a call has when nobody answered it, whatever else may give them. */
const unanswered: readonly number[] = [
  status.CANCELLED,
  status.DEADLINE_EXCEEDED,
  status.UNAVAILABLE,
];

/** What a resource did with a call that has ended with this status; undefined when it may not have heard it. */
export function outcomeOf({ code }: StatusObject): ActionOutcome | undefined {
  if (unanswered.includes(code)) return undefined;
  const isRefused = code === status.UNAUTHENTICATED || code === status.PERMISSION_DENIED;
  return isRefused ? 'refused' : 'allowed';
}
