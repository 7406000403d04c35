import { ok, refuse, type SessionId } from '@creance/proto';
import type { Store } from '../store/store.js';
import type { Command } from './call.js';
import type { CutAnswer } from './cut.js';
import { operatorReason, operatorWrite } from './reason.js';

/** A session to hold or to let go, and why. */
export interface HoldAsk {
  readonly id: SessionId;
  readonly reason: string;
}

/**
 * Holds a session and everything below it: their tokens die for good, and no other is issued until
 * `resume`. `sessionsEnded` counts the sessions that are held.
 */
export function suspend(
  store: Pick<Store, 'suspendSession'>,
  subscribers: () => number,
): Command<HoldAsk, CutAnswer> {
  return async ({ id, reason }, call) => {
    const words = operatorReason(reason);
    if (!words.ok) return words;
    const held = await store.suspendSession(
      operatorWrite('session_suspended', id, words.value, call),
    );
    return held.ok
      ? ok({ ...held.value, verifiersSubscribed: subscribers() })
      : refuse({ reason: held.error });
  };
}
