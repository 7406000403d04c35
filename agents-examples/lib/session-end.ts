import type { Session } from '@creance/sdk';
import { monotonicMillis } from './monotonic.js';
import { wordOf } from './orders.js';

/** How and when a session ended, as its holder learns it. */
export interface SessionEnd {
  /** The code of the error. */
  readonly outcome: string;
  /** By the monotonic clock of the machine. */
  readonly value: number;
}

/** Watches a session from now on; resolves when it has ended. */
export function endOf({ signal }: Session): Promise<SessionEnd> {
  return new Promise((resolve) => {
    const ended = () => resolve({ outcome: wordOf(signal.reason), value: monotonicMillis() });
    if (signal.aborted) ended();
    else signal.addEventListener('abort', ended, { once: true });
  });
}
