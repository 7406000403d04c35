import { BrokerUnavailableError, type CreanceError } from '../errors/creance-error.js';
import { errorFromReply } from '../errors/refusal.js';
import { limits } from '../limits.js';
import { type Clock, delay } from '../runtime/clock.js';
import { between, type Entropy } from '../runtime/entropy.js';
import type { BrokerReply } from '../transport/contract.js';

/** How long and how often a call is tried. */
export interface RetryPlan {
  /** Milliseconds for all tries and the pauses between them. */
  readonly deadlineMillis: number;
  readonly attemptsMax: number;
  /** Ends the ladder: no call is made once it has aborted. */
  readonly signal?: AbortSignal | undefined;
  readonly onRetry: (retry: { attempt: number; waitMillis: number; error: CreanceError }) => void;
}

/** Whether another try may help: the reason says so, and a nonce has its own retry. */
export function mayRetry(error: CreanceError): boolean {
  return error.retryable && error.reason !== 'nonce_required';
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
export async function withRetries(
  plan: RetryPlan,
  parts: { clock: Clock; entropy: Entropy },
  attempt: (remainingMillis: number) => Promise<BrokerReply>,
): Promise<Uint8Array> {
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
  if (error instanceof BrokerUnavailableError) return true;
  const { retryable, reason } = error as Partial<CreanceError>;
  return retryable === true || reason === 'internal';
}
