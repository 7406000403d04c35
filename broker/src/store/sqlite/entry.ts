import type { Revision } from '@creance/proto';
import type { Instant } from '../../domain/instant.js';
import type { HoldCause, Session, SessionEnd } from '../../domain/session.js';
import type { Cuts } from './cuts.js';

/** How and when a session itself was ended, as its row says. */
export interface Ending {
  readonly as: SessionEnd;
  /** Of the row of the log that ended it. */
  readonly revision: Revision;
}

/** The last time for which a session itself was held; without `to` it is held now. */
export interface Hold {
  readonly from: Instant;
  readonly to: Instant | undefined;
  readonly cause: HoldCause;
}

/** A session in memory. */
export interface Entry {
  /** As of its own row: the end or hold of a session above it is not marked here. */
  session: Session;
  readonly ordinal: number;
  readonly parent: Entry | undefined;
  /** Those without an end of their own. Made with the first child: most sessions have none. */
  children: Set<Entry> | undefined;
  /** Those with one, until they are forgotten. */
  gone: Set<Entry> | undefined;
  ending: Ending | undefined;
  hold: Hold | undefined;
  /** The activity that its row holds. */
  activityWrittenAt: Instant;
  /** Sessions of its tree from here down that no mark between it and them has ended, itself included. */
  living: number;
  /** Of these, those that no mark between it and them holds. */
  free: number;
}

/** The entries from the root to an entry itself. */
export function lineOf(entry: Entry): Entry[] {
  const line: Entry[] = [];
  for (let at: Entry | undefined = entry; at !== undefined; at = at.parent) line.push(at);
  return line.reverse();
}

/** The entry of the root. */
export function rootOf(entry: Entry): Entry {
  let root = entry;
  while (root.parent !== undefined) root = root.parent;
  return root;
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

/** Whether a session or one above it is held. */
export function isHeld(entry: Entry): boolean {
  for (let at: Entry | undefined = entry; at !== undefined; at = at.parent) {
    if (at.session.suspendedAt !== undefined) return true;
  }
  return false;
}

/** Whether a session and all above it have not ended. Says nothing of their time. */
export function isUnended(entry: Entry, cuts: Cuts): boolean {
  let root = entry;
  for (let at: Entry | undefined = entry; at !== undefined; at = at.parent) {
    if (at.ending !== undefined || cuts.endsByHandle(at.session)) return false;
    root = at;
  }
  return root.session.openedRevision >= cuts.before;
}
