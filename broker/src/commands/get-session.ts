import { ok, refuse, type SessionId } from '@creance/proto';
import type { Point } from '../detect/live/live-session.js';
import type { Explained } from '../detect/live/watch.js';
import { type Instant, plusSeconds } from '../domain/instant.js';
import { limits } from '../domain/limits.js';
import { type Reach, reachOf } from '../domain/policy-reach.js';
import { type CurrentRegistry, type Owner, ownerOf } from '../domain/registry.js';
import type { Level } from '../domain/risk.js';
import type { Session } from '../domain/session.js';
import { networkOfAddress } from '../runtime/address.js';
import type { Store } from '../store/store.js';
import type { Command } from './call.js';
import { type ListedSession, type ListSessionsParts, listedSession } from './list-sessions.js';
import { causeOf, type SessionCause } from './session-cause.js';

/** The session to show. */
export interface GetSessionAsk {
  readonly session: SessionId;
}

/** How a session was opened. */
export interface SessionOpening {
  /** `join-token`, `key-assertion`, or `parent` for a child in the same process. */
  readonly evidence: string;
  /** Thumbprint of the evidence key; empty for a child in the same process. */
  readonly evidenceKey: string;
  readonly network: string;
}

/** What the watch knows of a session, in short. */
export interface SessionRisk {
  readonly level: Level;
  readonly risk: number;
  readonly peak: number;
  /** The oldest first. */
  readonly latest: readonly Point[];
}

/** What is known of one session. */
export interface SessionDetail {
  readonly listed: ListedSession;
  readonly owner: Owner | undefined;
  /** The root first. */
  readonly above: readonly ListedSession[];
  readonly children: readonly ListedSession[];
  readonly sessionsBelow: number;
  /** Undefined when it is held or has ended. */
  readonly idleEndAt: Instant | undefined;
  readonly cause: SessionCause | undefined;
  readonly opening: SessionOpening | undefined;
  readonly mayAsk: readonly Reach[];
  readonly risk: SessionRisk | undefined;
}

/** Parts of the verb. */
export interface GetSessionParts extends Pick<ListSessionsParts, 'registry' | 'actionsOf'> {
  readonly store: Pick<Store, 'path' | 'session' | 'tree' | 'endedAt' | 'auditNear'>;
  readonly registry: CurrentRegistry;
  /** The live watch. */
  readonly watch: { explain(id: SessionId): Explained | undefined };
}

/** Sessions of one tree that are looked through for what lies below: what lies beyond is not counted. */
const treeLookedThrough = 10_000;

/** Actions that are shown. */
const latestShown = 8;

/**
 * Says what is known of one session, live or ended lately: for operators alone. Nothing of it is bearer
 * material; of addresses the network.
 */
export function getSession(parts: GetSessionParts): Command<GetSessionAsk, SessionDetail> {
  return async ({ session: id }) => {
    const { store } = parts;
    const path = store.path(id);
    const own = path.at(-1);
    if (own === undefined) return refuse({ reason: 'target_unknown' });
    const registry = parts.registry();
    const listed = (session: Session) => listedSession(parts, session);
    const below = belowIn(store.tree(id, treeLookedThrough), id);
    const isLive = own.end === undefined;
    return ok({
      listed: listed(own),
      owner: registry.owners.get(ownerOf(registry, own)),
      above: path.slice(0, -1).map(listed),
      children: below
        .filter(({ parent }) => parent === id)
        .slice(0, limits.childrenShown)
        .map(listed),
      sessionsBelow: below.length,
      idleEndAt:
        isLive && own.suspendedAt === undefined
          ? plusSeconds(own.activeAt, limits.sessionIdleSeconds)
          : undefined,
      cause: causeOf(store, path),
      opening: openingOf(store, own),
      mayAsk: isLive ? reachOf(registry, path) : [],
      risk: riskOf(parts.watch.explain(id)),
    });
  };
}

/** A tree is listed parents before their children. */
function belowIn(tree: readonly Session[], id: SessionId): readonly Session[] {
  const inside = new Set([id]);
  return tree.filter((session) => {
    const isBelow = session.parent !== undefined && inside.has(session.parent);
    if (isBelow) inside.add(session.id);
    return isBelow;
  });
}

function openingOf(
  store: Pick<Store, 'auditNear'>,
  { id, openedAt }: Session,
): SessionOpening | undefined {
  const record = store
    .auditNear(openedAt, ['session_opened', 'session_delegated'])
    .find(({ session }) => session === id);
  if (record === undefined) return undefined;
  const fact = (name: string) => `${record.facts[name] ?? ''}`;
  return {
    evidence: fact('evidence') || 'parent',
    evidenceKey: fact('evidenceKey'),
    network: networkOfAddress(fact('address')),
  };
}

function riskOf(explained: Explained | undefined): SessionRisk | undefined {
  if (explained === undefined) return undefined;
  const { level, risk, peak, session } = explained;
  return { level, risk, peak, latest: session.points.slice(-latestShown) };
}
