import { parseSessionId, type SessionId } from '@creance/proto';
import type { Store, WatchRow } from '../../store/store.js';
import type { Engine, Watched } from '../watch/engine.js';
import { type KeptSession, readKept, writeKept } from './kept-session.js';
import type { LiveSession } from './live-session.js';
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
  for (const session of sessions.takeChanged(most - rows.length)) {
    const bytes = bytesOf(engine, session);
    if (bytes !== undefined) rows.push({ kind: 'session', name: session.id, bytes });
  }
  return rows;
}

/** Of a root the state of its whole tree too: it is nobody else's. */
function bytesOf(engine: Pick<Engine, 'snapshot'>, session: LiveSession): Uint8Array | undefined {
  const { imposed, watched, unsilenced, seen, spread, id, root } = session;
  const snapshot = engine.snapshot(watched);
  if (snapshot === undefined) return undefined;
  const partOf = (state: Watched | undefined) =>
    (state && engine.snapshot(state)) ?? new Uint8Array(0);
  const tree = partOf(id === root ? watched.tree : undefined);
  const rest = { asked: [...session.asked], seen, spread: spread?.kept() };
  return writeKept({ imposed, snapshot, tree, unsilenced: partOf(unsilenced), rest });
}

/** What could not be written is written again. */
export function changedStill(rows: readonly WatchRow[], sessions: LiveSessions): void {
  for (const { name } of rows) {
    const session = sessions.get(name as SessionId);
    if (session !== undefined) sessions.changed(session);
  }
}

/** Puts back the sessions that the store has kept. */
export function restoreSessions(store: Pick<Store, 'watchRows'>, sessions: LiveSessions): void {
  const kept = new Map<SessionId, KeptSession>();
  for (const { name, bytes } of store.watchRows('session')) {
    const id = parseSessionId(name);
    const session = readKept(bytes);
    if (id !== undefined && session !== undefined) kept.set(id, session);
  }
  sessions.restore(kept);
}
