import { ok, type Result, refuse, type SessionId } from '@creance/proto';
import type { Denial } from '../domain/denial.js';
import type { Session } from '../domain/session.js';
import type { Store } from '../store/store.js';
import type { Command } from './call.js';

/** What to list: a page of all live sessions, or of the tree that holds one. */
export interface ListSessionsAsk {
  readonly size: number;
  /** The last session of the page before. */
  readonly after: SessionId | undefined;
  readonly treeOf: SessionId | undefined;
}

/** A session with what witnesses have reported of it. */
export interface ListedSession {
  readonly session: Session;
  readonly actionsAllowed: number;
  readonly actionsRefused: number;
}

/** A page of sessions. */
export interface SessionPage {
  readonly sessions: readonly ListedSession[];
  /** Undefined on the last page. */
  readonly next: SessionId | undefined;
}

/** Parts of the verb. */
export interface ListSessionsParts {
  readonly store: Pick<Store, 'liveSessions' | 'tree'>;
  /** Actions of a session, as witnesses have reported them. */
  readonly actionsOf: (id: SessionId) => { readonly allowed: number; readonly refused: number };
}

/** Sessions of one tree that can be listed: what lies beyond is not shown. */
const treeListedMax = 10_000;

/**
 * Lists live sessions, newest first; or one tree, parents before their children, with those that ended
 * lately.
 */
export function listSessions(parts: ListSessionsParts): Command<ListSessionsAsk, SessionPage> {
  return async ({ size, after, treeOf }) => {
    const found =
      treeOf === undefined
        ? ok(parts.store.liveSessions({ size: size + 1, after }))
        : ofTree(parts.store.tree(treeOf, treeListedMax), size + 1, after);
    if (!found.ok) return found;
    const sessions = found.value.slice(0, size);
    const listed = sessions.map((session): ListedSession => {
      const { allowed, refused } = parts.actionsOf(session.id);
      return { session, actionsAllowed: allowed, actionsRefused: refused };
    });
    const next = found.value.length > size ? sessions.at(-1)?.id : undefined;
    return ok({ sessions: listed, next });
  };
}

function ofTree(
  tree: readonly Session[],
  size: number,
  after: SessionId | undefined,
): Result<readonly Session[], Denial> {
  if (tree.length === 0) return refuse({ reason: 'target_unknown' });
  if (after === undefined) return ok(tree.slice(0, size));
  const at = tree.findIndex(({ id }) => id === after);
  // The page before ended in a session that is forgotten by now: nothing can be said of what follows.
  return ok(at < 0 ? [] : tree.slice(at + 1, at + 1 + size));
}
