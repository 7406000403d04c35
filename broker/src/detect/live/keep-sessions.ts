import { parseSessionId, type SessionId } from '@creance/proto';
import { levels } from '../../domain/risk.js';
import type { Store, WatchRow } from '../../store/store.js';
import type { Engine } from '../watch/engine.js';
import type { KeptSession } from './live-session.js';
import type { LiveSessions } from './live-sessions.js';

/** Rows for the sessions that have changed since they were kept, and for those that ended; at most so many. */
export function changedSessions(
  engine: Pick<Engine, 'snapshot'>,
  sessions: LiveSessions,
  most: number,
): readonly WatchRow[] {
  const rows: WatchRow[] = sessions
    .takeClosed()
    .map((name) => ({ kind: 'session', name, bytes: undefined }));
  for (const session of sessions.all()) {
    if (rows.length >= most) break;
    if (!session.isChanged) continue;
    session.isChanged = false;
    const snapshot = engine.snapshot(session.watched);
    if (snapshot === undefined) continue;
    const bytes = Buffer.concat([Buffer.of(levels.indexOf(session.imposed)), snapshot]);
    rows.push({ kind: 'session', name: session.id, bytes });
  }
  return rows;
}

/** What could not be written is written again. */
export function changedStill(rows: readonly WatchRow[], sessions: LiveSessions): void {
  for (const { name } of rows) {
    const session = sessions.get(name as SessionId);
    if (session !== undefined) session.isChanged = true;
  }
}

/** Puts back the sessions that the store has kept. */
export function restoreSessions(store: Pick<Store, 'watchRows'>, sessions: LiveSessions): void {
  const kept = new Map<SessionId, KeptSession>();
  for (const { name, bytes } of store.watchRows('session')) {
    const id = parseSessionId(name);
    const imposed = levels[bytes[0] ?? 0];
    if (id !== undefined && imposed !== undefined)
      kept.set(id, { imposed, snapshot: bytes.subarray(1) });
  }
  sessions.restore(kept);
}
