import type { Cuts } from './cuts.js';
import { type Entry, isHeld, isUnended, rootOf } from './entry.js';

/** What an entry adds to the counts of its parent. */
export interface Share {
  readonly living: number;
  readonly free: number;
}

/** What an entry adds now: nothing of what its own mark has ended or holds. */
export function shareOf({ ending, session, living, free }: Entry): Share {
  if (ending !== undefined) return { living: 0, free: 0 };
  return { living, free: session.suspendedAt === undefined ? free : 0 };
}

/** Adds to the counts along the path, up to the first mark that hides the change. */
export function addShare(parent: Entry | undefined, { living, free }: Share): void {
  let freeLeft = free;
  for (let at = parent; at !== undefined; at = at.parent) {
    at.living += living;
    at.free += freeLeft;
    if (at.ending !== undefined) return;
    if (at.session.suspendedAt !== undefined) freeLeft = 0;
  }
}

/**
 * Counts a session and those below it that have not ended: a number that is kept, so that a cut costs the
 * same whatever hangs below. Only in a tree that is older than the last cut of a handle it is a walk.
 */
export function countUnended(entry: Entry, cuts: Cuts): number {
  if (!isUnended(entry, cuts)) return 0;
  return isCounted(entry, cuts) ? entry.living : walk(entry, cuts, () => true);
}

/** The same for those that are neither ended nor held. */
export function countFree(entry: Entry, cuts: Cuts): number {
  if (!isUnended(entry, cuts) || isHeld(entry)) return 0;
  const isFree = ({ session }: Entry) => session.suspendedAt === undefined;
  return isCounted(entry, cuts) ? entry.free : walk(entry, cuts, isFree);
}

/** Whether marks alone have ended what has ended in the tree of an entry that has not. */
function isCounted(entry: Entry, cuts: Cuts): boolean {
  return !cuts.hasHandleCutAfter(rootOf(entry).session.openedRevision);
}

/** Iterative: a tree may be deep. */
function walk(top: Entry, cuts: Cuts, isIn: (entry: Entry) => boolean): number {
  let count = 0;
  const waiting: Entry[] = [top];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    count += 1;
    for (const child of at.children ?? []) {
      if (isIn(child) && !cuts.endsByHandle(child.session)) waiting.push(child);
    }
  }
  return count;
}
