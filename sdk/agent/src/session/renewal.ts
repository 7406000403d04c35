import { codeOf } from '../errors/code-of.js';
import { SessionSuspendedError } from '../errors/creance-error.js';
import type { Clock, Timer } from '../runtime/clock.js';
import { between, type Entropy } from '../runtime/entropy.js';

/** What renewal needs. */
export interface RenewalParts {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly idleSeconds: number;
  /** Renews and gives the idle time in seconds that now holds. */
  readonly renew: () => Promise<number>;
  /** A renewal has failed, with this code, and the session is not over. */
  readonly onFailed: (code: string) => void;
  readonly signal: AbortSignal;
}

/** Renews after a third of the idle time; after a failure sooner, so that two more tries fit in. */
const share = 1 / 3;
const shareAfterFailure = 1 / 12;

/**
 * Keeps a session from its idle end while the process lives, and learns of a cut that no other call
 * has shown. Never keeps the process alive by itself; stops for good when the session ends.
 */
export function keepRenewed(parts: RenewalParts): void {
  let timer: Timer | undefined;
  let idleSeconds = parts.idleSeconds;
  const plan = (part: number) => {
    if (parts.signal.aborted) return;
    const millis = idleSeconds * 1_000 * part * between(parts.entropy, 0.9, 1);
    timer = parts.clock.after(millis, () => void round());
    timer.unref();
  };
  const round = async () => {
    try {
      idleSeconds = await parts.renew();
      plan(share);
    } catch (error) {
      // A session that is held does not idle out: there is nothing to report, only to look again.
      const isHeld = error instanceof SessionSuspendedError;
      if (!isHeld && !parts.signal.aborted) parts.onFailed(codeOf(error));
      plan(shareAfterFailure);
    }
  };
  parts.signal.addEventListener('abort', () => timer?.cancel(), { once: true });
  plan(share);
}
