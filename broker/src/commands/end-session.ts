import { ok, type Revision, refuse } from '@creance/proto';
import type { Store } from '../store/store.js';
import { type Command, sessionOf } from './call.js';

/** Ends the calling session and everything below it. */
export function endSession(
  store: Pick<Store, 'endSession'>,
): Command<Record<string, never>, Revision> {
  return async (_ask, call) => {
    const session = sessionOf(call);
    const ended = await store.endSession({
      session: session.id,
      now: call.now,
      audit: {
        kind: 'session_ended',
        at: call.now,
        actor: session.id,
        session: session.id,
        requestId: call.requestId,
        facts: {},
      },
    });
    return ended.ok ? ok(ended.value) : refuse({ reason: ended.error });
  };
}
