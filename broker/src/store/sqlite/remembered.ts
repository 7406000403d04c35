import type { Revision, SessionId } from '@creance/proto';
import type { Session } from '../../domain/session.js';
import type { Ending } from './entry.js';
import type { Room } from './room.js';
import { entryOf } from './session-rows.js';

/**
 * How a session ended that memory has let go; undefined when there is no such row. One without any mark
 * has passed its absolute end.
 */
export function endingOnDisk({ sessions, log }: Room, id: SessionId): Ending | undefined {
  const line: Session[] = [];
  for (let at: SessionId | undefined = id; at !== undefined; ) {
    const row = sessions.byId(at);
    if (row === undefined) break;
    const { session, ending } = entryOf(row);
    if (ending !== undefined) return ending;
    line.unshift(session);
    at = session.parent;
  }
  if (line.length === 0) return undefined;
  const cut: Revision | undefined = log.read.markless(line);
  return cut === undefined
    ? { as: 'expired', revision: log.head }
    : { as: 'revoked', revision: cut };
}
