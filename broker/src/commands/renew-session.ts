import { ok, refuse } from '@creance/proto';
import type { Session } from '../domain/session.js';
import type { Store } from '../store/store.js';
import { type Command, sessionOf } from './call.js';

/** Prolongs the idle end of the calling session. Its absolute end, and its ancestors', stay. */
export function renewSession(
  store: Pick<Store, 'renewSession'>,
): Command<Record<string, never>, Session> {
  return async (_ask, call) => {
    const session = sessionOf(call);
    const renewed = await store.renewSession({
      session: session.id,
      provenKey: session.key,
      now: call.now,
      audit: {
        kind: 'session_renewed',
        at: call.now,
        actor: session.id,
        session: session.id,
        requestId: call.requestId,
        facts: {},
      },
    });
    return renewed.ok ? ok(renewed.value) : refuse({ reason: renewed.error });
  };
}
