import { ok, type Result, refuse, type SessionId } from '@creance/proto';
import type { Denial } from '../domain/denial.js';
import type { Instant } from '../domain/instant.js';
import { type CurrentRegistry, ownerOf, type Registry } from '../domain/registry.js';
import type { Session, SessionEnd } from '../domain/session.js';
import type { Store } from '../store/store.js';
import type { Command } from './call.js';

/** What to list: a page of all live sessions, or of the tree that holds one. */
export interface ListSessionsAsk {
  readonly size: number;
  /** The last session of the page before. */
  readonly after: SessionId | undefined;
  readonly treeOf: SessionId | undefined;
  /** Only sessions of it, by name. */
  readonly workload: string | undefined;
  /** Only sessions of members of it, by name. */
  readonly owner: string | undefined;
  readonly state: SessionStateWord | undefined;
}

/** Whether a session may act, in one word. */
export type SessionStateWord = 'live' | 'suspended' | SessionEnd;

/** A session with what witnesses have reported of it. */
export interface ListedSession {
  readonly session: Session;
  /** By name. */
  readonly owner: string;
  readonly actionsAllowed: number;
  readonly actionsRefused: number;
  /** The last that is known of it: a call of its own, or an action that was reported. It prolongs nothing. */
  readonly seenAt: Instant;
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
  readonly registry: CurrentRegistry;
  /** Actions of a session, as witnesses have reported them. */
  readonly actionsOf: (id: SessionId) => {
    readonly allowed: number;
    readonly refused: number;
    /** When the last of them was; undefined when there was none. */
    readonly lastAt: Instant | undefined;
  };
}

/** Sessions of one tree that can be listed: what lies beyond is not shown. */
const treeListedMax = 10_000;

/** Live sessions that are looked through at a time. */
const lookedThrough = 1_000;

/**
 * Lists live sessions, newest first; or one tree, parents before their children, with those that ended
 * lately. Of these only the ones that match.
 */
export function listSessions(parts: ListSessionsParts): Command<ListSessionsAsk, SessionPage> {
  return async (ask) => {
    const { size, after, treeOf } = ask;
    const found =
      treeOf === undefined
        ? ok(live(parts, ask))
        : ofTree(parts.store.tree(treeOf, treeListedMax), after);
    if (!found.ok) return found;
    const matching = found.value
      .filter((session) => matches(parts.registry(), ask, session))
      .slice(0, size + 1)
      .map((session) => listedSession(parts, session));
    const sessions = matching.slice(0, size);
    const next = matching.length > size ? sessions.at(-1)?.session.id : undefined;
    return ok({ sessions, next });
  };
}

/** A session with its owner and its counts. */
export function listedSession(
  { registry, actionsOf }: Pick<ListSessionsParts, 'registry' | 'actionsOf'>,
  session: Session,
): ListedSession {
  const { allowed, refused, lastAt = session.activeAt } = actionsOf(session.id);
  const owner = ownerOf(registry(), session);
  const seenAt = Math.max(lastAt, session.activeAt) as Instant;
  return { session, owner, actionsAllowed: allowed, actionsRefused: refused, seenAt };
}

/** Whether a session may act, an end before a hold. */
export function stateWordOf({ end, suspendedAt }: Session): SessionStateWord {
  return end ?? (suspendedAt === undefined ? 'live' : 'suspended');
}

/** Live sessions that match, one more than the page holds when there are so many. */
function live({ store, registry }: ListSessionsParts, ask: ListSessionsAsk): readonly Session[] {
  const found: Session[] = [];
  const { workload, owner, state, size } = ask;
  const isNarrow = workload !== undefined || owner !== undefined || state !== undefined;
  const step = isNarrow ? Math.max(lookedThrough, size + 1) : size + 1;
  for (let after = ask.after; ; ) {
    const page = store.liveSessions({ size: step, after });
    found.push(...page.filter((session) => matches(registry(), ask, session)));
    after = page.at(-1)?.id;
    if (found.length > size || page.length < step || after === undefined) return found;
  }
}

function matches(
  registry: Registry,
  { workload, owner, state }: ListSessionsAsk,
  session: Session,
): boolean {
  const isOfWorkload =
    workload === undefined || (session.kind === 'workload' && session.name === workload);
  const isOfOwner = owner === undefined || ownerOf(registry, session) === owner;
  return isOfWorkload && isOfOwner && (state === undefined || stateWordOf(session) === state);
}

function ofTree(
  tree: readonly Session[],
  after: SessionId | undefined,
): Result<readonly Session[], Denial> {
  if (tree.length === 0) return refuse({ reason: 'target_unknown' });
  if (after === undefined) return ok(tree);
  const at = tree.findIndex(({ id }) => id === after);
  // The page before ended in a session that is forgotten by now: nothing can be said of what follows.
  return ok(at < 0 ? [] : tree.slice(at + 1));
}
