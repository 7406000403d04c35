import type { Revision, SessionId, Thumbprint } from '@creance/proto';
import type { Instant } from '../../domain/instant.js';
import type { Session } from '../../domain/session.js';
import { addShare, shareOf } from './counts.js';
import { Cuts } from './cuts.js';
import { type Ending, type Entry, type Hold, isUnended } from './entry.js';
import type { Journal } from './journal.js';
import { LiveIndex } from './live-index.js';
import { Shelf } from './shelf.js';
import { type Endings, pathOf } from './standing.js';

/** A session to put into memory. */
export interface NewEntry {
  readonly session: Session;
  readonly ordinal: number;
  readonly ending: Ending | undefined;
  readonly hold: Hold | undefined;
}

/** What a mirror is made of. */
export interface MirrorParts {
  readonly journal: Journal;
  readonly idleSeconds: number;
  readonly before: Revision;
}

/**
 * Live sessions in memory, and those that ended lately: a check is a walk, not a query. Changed only
 * inside a group, and taken back with it. A session has ended when it or one above it carries a mark, or
 * when one of the `cuts` ends it.
 */
export class Mirror implements Endings {
  readonly cuts: Cuts;
  readonly idleSeconds: number;
  readonly #journal: Journal;
  readonly #entries = new Map<SessionId, Entry>();
  readonly #live = new LiveIndex();
  readonly #shelf = new Shelf((entry) => this.#forget(entry));

  constructor({ journal, idleSeconds, before }: MirrorParts) {
    this.#journal = journal;
    this.idleSeconds = idleSeconds;
    this.cuts = new Cuts(journal, before);
  }

  get(id: SessionId): Entry | undefined {
    return this.#entries.get(id);
  }

  /** The path to a session; empty when it is not in memory. */
  path(id: SessionId): Session[] {
    const entry = this.#entries.get(id);
    return entry === undefined ? [] : this.pathOf(entry);
  }

  /** The path to an entry, each session with the end and the hold that hold for it. */
  pathOf(entry: Entry): Session[] {
    return pathOf(entry, this);
  }

  isUnended(entry: Entry): boolean {
    return isUnended(entry, this.cuts);
  }

  /** Where live sessions are found, with those that have ended since the last sweep. */
  get live(): LiveIndex {
    return this.#live;
  }

  /** The session that was opened last with a key, if no sweep has taken it away. */
  byKey(key: Thumbprint): Entry | undefined {
    return this.#live.byKey(key);
  }

  /** Puts a session into memory; its parent must be there. */
  add({ session, ordinal, ending, hold }: NewEntry): Entry {
    const parent = session.parent === undefined ? undefined : this.get(session.parent);
    const none = { children: undefined, gone: undefined };
    const alone = { living: 1, free: 1, activityWrittenAt: session.activeAt };
    const entry: Entry = { session, ordinal, parent, ...none, ending, hold, ...alone };
    this.#entries.set(session.id, entry);
    if (parent !== undefined) place(entry, parent);
    addShare(parent, shareOf(entry));
    const unindex = this.#live.add(entry);
    this.#journal.onRollback(() => {
      unindex();
      this.#forget(entry);
    });
    return entry;
  }

  /** Marks a session as ended; everything below it has ended with it. */
  end(entry: Entry, ending: Ending): void {
    const { session } = entry;
    this.#change(entry, { ending, session: { ...session, end: ending.as } });
  }

  /** Marks a session as held, or as held no more. */
  hold(entry: Entry, suspendedAt: Revision | undefined, hold: Hold): void {
    const heldFor = suspendedAt === undefined ? undefined : hold.cause;
    const held = { suspendedAt, heldFor, revalidatedAt: undefined };
    this.#change(entry, { hold, session: { ...entry.session, ...held } });
  }

  /** Binds a session to another key, at a revision in this hold when that revalidates it. */
  rekey(entry: Entry, key: Thumbprint, revalidatedAt: Revision | undefined): void {
    const { session } = entry;
    const unmove = this.#live.move(entry, key);
    this.#journal.onRollback(unmove);
    this.#change(entry, { session: { ...session, key, revalidatedAt } });
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

  /** Changes an entry with its share of what those above it count. */
  #change(entry: Entry, change: Partial<Pick<Entry, 'session' | 'ending' | 'hold'>>): void {
    const { session, ending, hold } = entry;
    assign(entry, change);
    this.#journal.onRollback(() => assign(entry, { session, ending, hold }));
  }

  #forget(entry: Entry): void {
    const { living, free } = shareOf(entry);
    addShare(entry.parent, { living: -living, free: -free });
    this.#entries.delete(entry.session.id);
    entry.parent?.children?.delete(entry);
    entry.parent?.gone?.delete(entry);
  }
}

function assign(entry: Entry, change: Partial<Pick<Entry, 'session' | 'ending' | 'hold'>>): void {
  const before = shareOf(entry);
  Object.assign(entry, change);
  const after = shareOf(entry);
  addShare(entry.parent, {
    living: after.living - before.living,
    free: after.free - before.free,
  });
  if (entry.parent !== undefined) place(entry, entry.parent);
}

/** Puts an entry among the children of its parent, or among those that are gone. */
function place(entry: Entry, parent: Entry): void {
  const [to, from] = entry.ending === undefined ? places : swapped;
  if (parent[to]?.has(entry)) return;
  parent[from]?.delete(entry);
  parent[to] ??= new Set();
  parent[to].add(entry);
}

const places = ['children', 'gone'] as const;
const swapped = ['gone', 'children'] as const;
