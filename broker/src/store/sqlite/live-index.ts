import type { Handle, Thumbprint } from '@creance/proto';
import type { Entry } from './entry.js';

const none: ReadonlySet<Entry> = new Set();

/**
 * Where live sessions are found. One that has ended stays until the next sweep: whoever finds it judges
 * it.
 */
export class LiveIndex {
  /** In the order of opening: a parent before its children. */
  readonly #all = new Set<Entry>();
  readonly #byKey = new Map<Thumbprint, Entry>();
  readonly #byMember = new Map<Handle, Set<Entry>>();

  all(): ReadonlySet<Entry> {
    return this.#all;
  }

  /** The one that was opened last with a key. */
  byKey(key: Thumbprint): Entry | undefined {
    return this.#byKey.get(key);
  }

  ofMember(member: Handle): ReadonlySet<Entry> {
    return this.#byMember.get(member) ?? none;
  }

  /** The live sessions of each member. */
  byMember(): ReadonlyMap<Handle, ReadonlySet<Entry>> {
    return this.#byMember;
  }

  /** Adds one that was opened now; gives the way to take it back, as long as it is the newest. */
  add(entry: Entry): () => void {
    const { key, member } = entry.session;
    const earlier = this.#byKey.get(key);
    this.#all.add(entry);
    this.#byKey.set(key, entry);
    const siblings = this.#byMember.get(member);
    if (siblings === undefined) this.#byMember.set(member, new Set([entry]));
    else siblings.add(entry);
    return () => {
      this.remove(entry);
      if (earlier !== undefined) this.#byKey.set(key, earlier);
    };
  }

  /** Files one under another key, which nobody has; gives the way to take it back. */
  move(entry: Entry, key: Thumbprint): () => void {
    const { key: former } = entry.session;
    const found = this.#byKey.get(former);
    if (found === entry) this.#byKey.delete(former);
    this.#byKey.set(key, entry);
    return () => {
      this.#byKey.delete(key);
      if (found === entry) this.#byKey.set(former, entry);
    };
  }

  remove(entry: Entry): void {
    const { key, member } = entry.session;
    this.#all.delete(entry);
    if (this.#byKey.get(key) === entry) this.#byKey.delete(key);
    const siblings = this.#byMember.get(member);
    siblings?.delete(entry);
    if (siblings?.size === 0) this.#byMember.delete(member);
  }
}
