import { Failure } from './failure.js';
import type { FailureReason } from './failures.js';
import { type Identity, TokenEnded } from './identity.js';

/** The refusal that ends a running call, by the reason of its signal. */
export function failureOfEnd(signal: AbortSignal): Failure {
  return new Failure(reasonOfEnd(signal));
}

function reasonOfEnd({ reason }: AbortSignal): FailureReason {
  return reason instanceof TokenEnded ? reason.reason : 'verifier_closed';
}

/**
 * Ends a call when its token ends while it runs. Gives false when the token has ended already: `end` was
 * called then, and the call must not begin.
 */
export function endWithToken({ signal }: Identity, end: (failure: Failure) => void): boolean {
  if (signal.aborted) {
    end(failureOfEnd(signal));
    return false;
  }
  signal.addEventListener('abort', () => end(failureOfEnd(signal)), { once: true });
  return true;
}
