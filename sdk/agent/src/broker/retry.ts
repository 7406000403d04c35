import {
  BrokerUnavailableError,
  type CreanceError,
  SessionSuspendedError,
} from '../errors/creance-error.js';
import { errorFromReply } from '../errors/refusal.js';
import { limits } from '../limits.js';
import { type Clock, delay } from '../runtime/clock.js';
import { between, type Entropy } from '../runtime/entropy.js';
import type { FailedReply } from '../transport/contract.js';

/** How one try came out. */
export type Outcome<T> = { readonly ok: true; readonly response: T } | FailedReply;

/** How long and how often a call is tried. */
export interface RetryPlan {
  /** Milliseconds for all tries and the pauses between them. */
  readonly deadlineMillis: number;
  readonly attemptsMax: number;
  /** Ends the ladder: no call is made once it has aborted. */
  readonly signal?: AbortSignal | undefined;
  readonly onRetry: (retry: { attempt: number; waitMillis: number; error: CreanceError }) => void;
}

/** A nonce has its own retry, and a hold lasts longer than any call. */
const notByRepeating: readonly unknown[] = ['nonce_required', 'session_suspended', 'evidence_held'];

/** Whether another try within the same call may help. */
export function mayRetry(error: CreanceError): boolean {
  return error.retryable && !notByRepeating.includes(error.reason);
}

/**
 * Milliseconds before the try after `attempt`: doubling, spread from a half to one and a half of it,
 * and never less than the broker asked for.
 */
export function pauseMillis(
  attempt: number,
  retryAfterMillis: number | undefined,
  entropy: Entropy,
): number {
  const step = Math.min(limits.backoffMillis * 2 ** (attempt - 1), limits.backoffMillisMax);
  const asked = (retryAfterMillis ?? 0) * between(entropy, 1, 1.5);
  return Math.max(step * between(entropy, 0.5, 1.5), asked);
}

/**
 * Tries until it succeeds, is refused for good, or has no time or try left; then throws the last error.
 * Bounded by time and by number, so that a broker that comes back finds no herd.
 */
export async function withRetries<T>(
  plan: RetryPlan,
  parts: { clock: Clock; entropy: Entropy },
  attempt: (remainingMillis: number) => Promise<Outcome<T>>,
): Promise<T> {
  const endsAt = parts.clock.monotonicMillis() + plan.deadlineMillis;
  const remaining = () => endsAt - parts.clock.monotonicMillis();
  for (let tries = 1; ; tries += 1) {
    plan.signal?.throwIfAborted();
    const reply = await attempt(remaining());
    if (reply.ok) return reply.response;
    const error = errorFromReply(reply);
    const waitMillis = pauseMillis(tries, error.retryAfterMillis, parts.entropy);
    const spent = remaining() - waitMillis < limits.attemptMillisMin;
    if (!mayRetry(error) || tries >= plan.attemptsMax || spent) throw error;
    plan.onRetry({ attempt: tries, waitMillis, error });
    await delay(parts.clock, waitMillis, plan.signal);
  }
}

/** Whether work may go on with what it has: the broker decided nothing, it is only not there. */
export function isAway(error: unknown): boolean {
  if (error instanceof SessionSuspendedError) return false;
  if (error instanceof BrokerUnavailableError) return true;
  const { retryable, reason } = error as Partial<CreanceError>;
  return retryable === true || reason === 'internal';
}
