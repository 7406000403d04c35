import type { Revision, SessionId } from '@creance/proto';
import type { SessionEnd } from '../../domain/session.js';
import type { Ending } from './entry.js';
import type { Room } from './room.js';
import type { SessionRow } from './session-rows.js';

/**
 * How a session ended that memory has let go; undefined when there is no such row. One without any mark
 * has passed its absolute end.
 */
export function endingOnDisk(room: Room, id: SessionId): Ending | undefined {
  const { sessions, log } = room;
  let top: SessionRow | undefined;
  for (
    let row = sessions.byId(id);
    row !== undefined;
    row = row.parent === null ? undefined : sessions.byId(row.parent as SessionId)
  ) {
    if (row.ending !== null) {
      return { as: row.ending as SessionEnd, revision: row.end_revision as Revision };
    }
    top = row;
  }
  if (top === undefined) return undefined;
  const cut = log.beforeCutOf(top.opened_revision as Revision);
  return cut === undefined
    ? { as: 'expired', revision: log.head }
    : { as: 'revoked', revision: cut };
}
