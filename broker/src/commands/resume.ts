import { ok, refuse } from '@creance/proto';
import type { Store } from '../store/store.js';
import type { Command } from './call.js';
import { operatorReason, operatorWrite } from './reason.js';
import type { HoldAsk } from './suspend.js';

/**
 * Ends the hold of a session itself, with a reason (law 3); gives how many live sessions it lets go.
 * Tokens from before the hold stay refused, and a hold above it stays.
 */
export function resume(store: Pick<Store, 'resumeSession'>): Command<HoldAsk, number> {
  return async ({ id, reason }, call) => {
    const words = operatorReason(reason);
    if (!words.ok) return words;
    const released = await store.resumeSession(
      operatorWrite('session_resumed', id, words.value, call),
    );
    return released.ok ? ok(released.value) : refuse({ reason: released.error });
  };
}
