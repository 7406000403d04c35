import type { Revision } from '@creance/proto';
import type { Instant } from '../../domain/instant.js';
import type { Session, SessionEnd } from '../../domain/session.js';

/** How and when a session itself was ended, as its row says. */
export interface Ending {
  readonly as: SessionEnd;
  /** Of the row of the log that ended it. */
  readonly revision: Revision;
}

/** A session in memory. */
export interface Entry {
  /** As of its own row: the end of a session above it is not marked here. */
  session: Session;
  readonly ordinal: number;
  readonly parent: Entry | undefined;
  /** Made with the first child: most sessions have none. */
  children: Set<Entry> | undefined;
  ending: Ending | undefined;
  /** The activity that its row holds. */
  activityWrittenAt: Instant;
}

/** The entries from the root to an entry itself. */
export function lineOf(entry: Entry): Entry[] {
  const line: Entry[] = [];
  for (let at: Entry | undefined = entry; at !== undefined; at = at.parent) line.push(at);
  return line.reverse();
}

/**
 * The ending that holds for a session: its own or that of the nearest above it, so that a cut is one
 * mark however much hangs below.
 */
export function endingAbove(entry: Entry): Ending | undefined {
  for (let at: Entry | undefined = entry; at !== undefined; at = at.parent) {
    if (at.ending !== undefined) return at.ending;
  }
  return undefined;
}

/** Whether the root was opened before a revision, and with it everything below. */
function isOpenedBefore(entry: Entry, before: Revision): boolean {
  let root = entry;
  while (root.parent !== undefined) root = root.parent;
  return root.session.openedRevision < before;
}

/** Whether a session and all above it have not ended. Says nothing of their time. */
export function isUnended(entry: Entry, before: Revision): boolean {
  return endingAbove(entry) === undefined && !isOpenedBefore(entry, before);
}

/**
 * The path from the root to an entry, each session with the end that holds for it: one that hangs below
 * an ended one has ended the same way.
 */
export function pathOf(entry: Entry, before: Revision): Session[] {
  const line = lineOf(entry);
  let end: SessionEnd | undefined = isOpenedBefore(entry, before) ? 'revoked' : undefined;
  return line.map(({ session, ending }) => {
    end = ending?.as ?? end;
    return session.end === end ? session : { ...session, end };
  });
}

/** Counts a session and those below it that have not ended. Iterative: a tree may be deep. */
export function countUnended(entry: Entry, before: Revision): number {
  if (!isUnended(entry, before)) return 0;
  let count = 0;
  const waiting: Entry[] = [entry];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    count += 1;
    if (at.children === undefined) continue;
    for (const child of at.children) if (child.ending === undefined) waiting.push(child);
  }
  return count;
}
