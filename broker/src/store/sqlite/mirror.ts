import type { Handle, Revision, SessionId, Thumbprint } from '@creance/proto';
import type { Instant } from '../../domain/instant.js';
import { pathFault, type Session } from '../../domain/session.js';
import { type Ending, type Entry, isUnended, pathOf } from './entry.js';
import type { Journal } from './journal.js';
import { LiveIndex } from './live-index.js';
import { Shelf } from './shelf.js';

/** A session to put into memory. */
export interface NewEntry {
  readonly session: Session;
  readonly ordinal: number;
  readonly ending: Ending | undefined;
}

/**
 * Live sessions in memory, and those that ended lately: a check is a walk, not a query. Changed only
 * inside a group, and taken back with it. A session has ended when it or one above it carries a mark, or
 * its root was opened before the highest cut "before".
 */
export class Mirror {
  readonly #journal: Journal;
  readonly #entries = new Map<SessionId, Entry>();
  readonly #live = new LiveIndex();
  readonly #shelf = new Shelf((entry) => this.#forget(entry));
  #before: Revision;

  constructor(journal: Journal, before: Revision) {
    this.#journal = journal;
    this.#before = before;
  }

  /** What was opened before this revision has ended. */
  get before(): Revision {
    return this.#before;
  }

  get(id: SessionId): Entry | undefined {
    return this.#entries.get(id);
  }

  /** The path to a session; empty when it is not in memory. */
  path(id: SessionId): Session[] {
    const entry = this.#entries.get(id);
    return entry === undefined ? [] : pathOf(entry, this.#before);
  }

  isUnended(entry: Entry): boolean {
    return isUnended(entry, this.#before);
  }

  /** Live sessions in the order of opening, with those that have ended since the last sweep. */
  live(): ReadonlySet<Entry> {
    return this.#live.all();
  }

  /** The session that was opened last with a key, if no sweep has taken it away. */
  byKey(key: Thumbprint): Entry | undefined {
    return this.#live.byKey(key);
  }

  /** Counts the sessions of a member that may act at `now`; fewer than `enough` are not looked at. */
  countOfMember(member: Handle, now: Instant, idleSeconds: number, enough: number): number {
    const entries = this.#live.ofMember(member);
    if (entries.size < enough) return entries.size;
    let count = 0;
    for (const entry of entries) {
      if (pathFault(pathOf(entry, this.#before), now, idleSeconds) === undefined) count += 1;
    }
    return count;
  }

  /** Live sessions, newest first, after the one named; none when that one is not in memory. */
  newest(size: number, after: SessionId | undefined): Session[] {
    const page: Session[] = [];
    const below = after === undefined ? Number.POSITIVE_INFINITY : this.get(after)?.ordinal;
    if (below === undefined) return page;
    const entries = [...this.live()];
    for (let at = entries.length - 1; at >= 0 && page.length < size; at -= 1) {
      const entry = entries[at] as Entry;
      if (entry.ordinal < below && this.isUnended(entry)) page.push(entry.session);
    }
    return page;
  }

  /** Puts a session into memory; its parent must be there. */
  add({ session, ordinal, ending }: NewEntry): Entry {
    const parent = session.parent === undefined ? undefined : this.get(session.parent);
    const children = undefined;
    const { activeAt: activityWrittenAt } = session;
    const entry: Entry = { session, ordinal, parent, children, ending, activityWrittenAt };
    this.#entries.set(session.id, entry);
    if (parent !== undefined) {
      parent.children ??= new Set();
      parent.children.add(entry);
    }
    const unindex = this.#live.add(entry);
    this.#journal.onRollback(() => {
      unindex();
      this.#forget(entry);
    });
    return entry;
  }

  /** Marks a session as ended; everything below it has ended with it. */
  end(entry: Entry, ending: Ending): void {
    const { session, ending: earlier } = entry;
    entry.ending = ending;
    entry.session = { ...session, end: ending.as };
    this.#journal.onRollback(() => {
      entry.ending = earlier;
      entry.session = session;
    });
  }

  /** Ends everything that was opened before a revision. */
  endBefore(before: Revision): void {
    const earlier = this.#before;
    if (before <= earlier) return;
    this.#before = before;
    this.#journal.onRollback(() => {
      this.#before = earlier;
    });
  }

  /** Sets the last activity of a session, and whether its row holds it. */
  setActive(entry: Entry, at: Instant, isWritten: boolean): void {
    const { session, activityWrittenAt } = entry;
    entry.session = { ...session, activeAt: at };
    if (isWritten) entry.activityWrittenAt = at;
    this.#journal.onRollback(() => {
      entry.session = session;
      entry.activityWrittenAt = activityWrittenAt;
    });
  }

  /** Takes sessions that have ended out of the live ones, and forgets those that did long ago. */
  shelve(entries: readonly Entry[], now: Instant): void {
    for (const entry of entries) {
      this.#live.remove(entry);
      this.#shelf.put(entry, now);
    }
    this.#shelf.sweep(now);
  }

  #forget(entry: Entry): void {
    this.#entries.delete(entry.session.id);
    entry.parent?.children?.delete(entry);
  }
}
