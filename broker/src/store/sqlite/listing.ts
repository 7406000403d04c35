import type { Handle, SessionId } from '@creance/proto';
import type { Instant } from '../../domain/instant.js';
import { pathFault, type Session } from '../../domain/session.js';
import { type Entry, rootOf } from './entry.js';
import type { Mirror } from './mirror.js';
import { type Standing, sessionStanding, standingAboveRoot, standingOf } from './standing.js';

/** Live sessions, newest first, after the one named; none when that one is not in memory. */
export function newest(mirror: Mirror, size: number, after: SessionId | undefined): Session[] {
  const page: Session[] = [];
  const below = after === undefined ? Number.POSITIVE_INFINITY : mirror.get(after)?.ordinal;
  if (below === undefined) return page;
  const entries = [...mirror.live.all()];
  for (let at = entries.length - 1; at >= 0 && page.length < size; at -= 1) {
    const entry = entries[at] as Entry;
    if (entry.ordinal >= below || !mirror.isUnended(entry)) continue;
    page.push(...mirror.pathOf(entry).slice(-1));
  }
  return page;
}

/** The whole tree of a session, level by level, at most `size`. */
export function treeOf(mirror: Mirror, id: SessionId, size: number): Session[] {
  const entry = mirror.get(id);
  if (entry === undefined) return [];
  const root = rootOf(entry);
  const level: { entry: Entry; above: Standing }[] = [
    { entry: root, above: standingAboveRoot(root, mirror) },
  ];
  const tree: Session[] = [];
  // The array grows while it is walked: parents come before their children.
  for (const { entry: each, above } of level) {
    if (tree.length >= size) break;
    const standing = standingOf(each, above, mirror);
    tree.push(sessionStanding(each, standing, mirror));
    const room = size - level.length;
    for (const child of childrenOf(each, room)) level.push({ entry: child, above: standing });
  }
  return tree;
}

/** At most so many of the children: those that live, and then those that do not. */
function* childrenOf({ children, gone }: Entry, count: number): Generator<Entry> {
  let left = count;
  for (const some of [children, gone]) {
    for (const child of some ?? []) {
      if (left <= 0) return;
      left -= 1;
      yield child;
    }
  }
}

/** Whether a session has not reached any end at `now`. One that is held lives. */
function isLive(mirror: Mirror, entry: Entry, now: Instant): boolean {
  const fault = pathFault(mirror.pathOf(entry), now, mirror.idleSeconds);
  return fault === undefined || fault === 'session_suspended';
}

/** Which sessions of a member to count. */
export interface MemberCount {
  readonly member: Handle;
  /** Only those of one tree. */
  readonly root?: Entry;
  readonly now: Instant;
  /** Fewer than these are not looked at one by one: there may be fewer, not more. */
  readonly enough: number;
}

/** Counts the live sessions of a member. */
export function countOfMember(mirror: Mirror, { member, root, now, enough }: MemberCount): number {
  const entries = mirror.live.ofMember(member);
  if (entries.size < enough) return entries.size;
  let count = 0;
  for (const entry of entries) {
    if (root !== undefined && rootOf(entry) !== root) continue;
    if (isLive(mirror, entry, now)) count += 1;
  }
  return count;
}

/** Counts the live children of a session; fewer than `enough` are not looked at one by one. */
export function countChildren(
  mirror: Mirror,
  { children }: Entry,
  now: Instant,
  enough: number,
): number {
  if (children === undefined || children.size < enough) return children?.size ?? 0;
  let count = 0;
  for (const child of children) if (isLive(mirror, child, now)) count += 1;
  return count;
}
