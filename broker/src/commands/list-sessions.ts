import { ok, type SessionId } from '@creance/proto';
import type { Session } from '../domain/session.js';
import type { Store } from '../store/store.js';
import type { Command } from './call.js';

/** A page of live sessions. */
export interface SessionPage {
  readonly sessions: readonly Session[];
  /** Undefined on the last page. */
  readonly next: SessionId | undefined;
}

/** Lists live sessions, newest first. `after` is the last session of the page before. */
export function listSessions(
  store: Pick<Store, 'liveSessions'>,
): Command<{ readonly size: number; readonly after: SessionId | undefined }, SessionPage> {
  return async ({ size, after }) => {
    const found = store.liveSessions({ size: size + 1, after });
    const sessions = found.slice(0, size);
    return ok({ sessions, next: found.length > size ? sessions.at(-1)?.id : undefined });
  };
}
