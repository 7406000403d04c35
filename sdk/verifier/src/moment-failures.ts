import type { FailureRow } from './failure-row.js';

const notNow = { status: 503, error: 'temporarily_unavailable' } as const;

/** Refusals for the state of the resource itself, by their stable name: another moment may differ. */
export type MomentFailure =
  | 'view_missing'
  | 'view_full'
  | 'feed_stale'
  | 'feed_distrusted'
  | 'replay_memory_full'
  | 'live_identities_full'
  | 'public_origin_missing'
  | 'method_not_protected'
  | 'verifier_closed';

/** Every refusal for the state of the resource. */
export const momentFailures: Readonly<Record<MomentFailure, FailureRow>> = {
  view_missing: {
    ...notNow,
    retryAfterSeconds: 1,
    message: 'the resource does not know yet what was revoked',
    fix: 'try again after a pause; the owner checks the way to the broker',
  },
  view_full: {
    ...notNow,
    retryAfterSeconds: 60,
    message: 'the resource cannot hold all that was revoked',
    fix: 'the owner gives the verifier more room',
  },
  feed_stale: {
    ...notNow,
    retryAfterSeconds: 2,
    message: 'the resource has not heard for too long what was revoked',
    fix: 'try again after a pause; the owner checks the way to the broker',
  },
  feed_distrusted: {
    ...notNow,
    retryAfterSeconds: 60,
    message: 'the feed of the resource is not by its issuer',
    fix: 'the owner checks the address of the broker and joins again',
  },
  replay_memory_full: {
    ...notNow,
    retryAfterSeconds: 5,
    message: 'too many proofs at once',
    fix: 'try again after a pause',
  },
  live_identities_full: {
    ...notNow,
    retryAfterSeconds: 5,
    message: 'too many calls at once',
    fix: 'try again after a pause',
  },
  public_origin_missing: {
    ...notNow,
    retryAfterSeconds: 60,
    message: 'the resource does not know its own public origin',
    fix: 'the owner sets publicOrigin',
  },
  method_not_protected: {
    status: 403,
    error: undefined,
    message: 'the resource has named no scopes for this method',
    fix: 'the owner names the method and its scopes',
  },
  verifier_closed: {
    ...notNow,
    retryAfterSeconds: 1,
    message: 'the resource is shutting down',
    fix: 'try again after a pause',
  },
};
