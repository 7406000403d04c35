import type { Handle, Thumbprint } from '@creance/proto';
import type { Instant } from '../../domain/instant.js';
import type { Session } from '../../domain/session.js';
import type { DelegateRefusal } from '../store.js';
import type { Able } from './act.js';
import { rootOf } from './entry.js';
import { countChildren, countOfMember } from './listing.js';
import type { Room } from './room.js';

/** A child that is to be, on one way or the other. */
export interface ChildBounds {
  /** Sessions of a path at most. */
  readonly depthMax: number;
  /** Its member's handle; without one the member has never had a session. */
  readonly member: Handle | undefined;
  readonly now: Instant;
  /** Whether it redeems one of the child join tokens that wait. */
  readonly redeems: boolean;
}

/** Which bound of a tree a child more would break. */
export type BoundFault = Extract<
  DelegateRefusal,
  'delegation_too_deep' | 'children_limit' | 'tree_limit' | 'sessions_limit'
>;

/** Judges a child against the bounds: depth first, then its parent's, the tree's, the member's. */
export function delegationFault(
  room: Room,
  { entry, path }: Able,
  bounds: ChildBounds,
): BoundFault | undefined {
  const { mirror, limits } = room;
  const { depthMax, member, now } = bounds;
  if (path.length >= Math.min(depthMax, limits.sessionDepth)) return 'delegation_too_deep';
  if (childrenOf(room, { entry, path }, bounds) >= limits.childrenPerSession) {
    return 'children_limit';
  }
  if (member === undefined) return undefined;
  const { sessionsPerTree: inTree, sessionsPerMember: inAll } = limits;
  const tree = { member, root: rootOf(entry), now, enough: inTree };
  if (countOfMember(mirror, tree) >= inTree) return 'tree_limit';
  const all = { member, now, enough: inAll };
  return countOfMember(mirror, all) >= inAll ? 'sessions_limit' : undefined;
}

/** Live children, and child join tokens that may still become one. */
function childrenOf(
  { mirror, childTokens, limits }: Room,
  { entry }: Able,
  { now, redeems }: ChildBounds,
): number {
  const most = limits.childrenPerSession;
  const waiting = childTokens.countWaiting(entry.session.id, now, most + 1) - (redeems ? 1 : 0);
  return countChildren(mirror, entry, now, most - waiting) + waiting;
}

/** Whether a key has or had a session, whatever became of it. */
export function isKeyTaken({ sessions, formerKeys }: Room, key: Thumbprint): boolean {
  return formerKeys.has(key) || sessions.lastByKey(key) !== undefined;
}

/** The earliest of some ends and of those of a path: a child never outlives anything above it. */
export function earliestEnd(path: readonly Session[], ...ends: readonly Instant[]): Instant {
  return Math.min(...ends, ...path.map(({ absoluteEndAt }) => absoluteEndAt)) as Instant;
}
