import { type Handle, type Revision, revisionZero, type Thumbprint } from '@creance/proto';
import type { FeedEntry, TokenKey } from './frame.js';

/** Why the log refuses a token. */
export type CutFault = 'token_cut' | 'token_cut_before' | 'token_below_floor';

/**
 * What a view knows of the revocation log: handle → revision and whether it is absolute, token keys,
 * cut keys, `before` and the floor. Only narrows: nothing is ever taken back, and a cut is forgotten only where
 * the floor stands for it.
 */
export class Cuts {
  readonly #entriesMax: number;
  /** Revision by handle; negative when absolute, so that a million of them are plain numbers. */
  readonly #handles = new Map<Handle, number>();
  readonly #keys = new Map<Thumbprint, TokenKey>();
  readonly #cutKeys: Set<Thumbprint>;
  /** The table that this one replaces: a handle that both hold keeps the stronger cut. */
  #elder: Cuts | undefined;
  #before: Revision;
  #floor: Revision;

  constructor(entriesMax: number, elder?: Cuts) {
    this.#entriesMax = entriesMax;
    this.#elder = elder;
    this.#cutKeys = new Set(elder === undefined ? [] : elder.#cutKeys);
    this.#before = elder === undefined ? revisionZero : elder.#before;
    this.#floor = elder === undefined ? revisionZero : elder.#floor;
  }

  /** Cuts and keys held. */
  get size(): number {
    return this.#handles.size + this.#keys.size + this.#cutKeys.size;
  }

  /** Tokens whose `rev` lies below this are refused. */
  get before(): Revision {
    return this.#before;
  }

  /** Tokens whose `rev` lies below this are refused, whatever the clock says. */
  get floor(): Revision {
    return this.#floor;
  }

  /**
   * Raises the floor, never lowers it, and forgets the cuts that it stands for: nothing is issued to what has
   * ended, so every token that such a cut ends has a `rev` below its row, and so below the floor.
   */
  raiseFloor(floor: Revision): void {
    if (floor <= this.#floor) return;
    this.#floor = floor;
    for (const [handle, cut] of this.#handles) {
      // In the order of their last cuts: the rest is younger.
      if (Math.abs(cut) > floor) return;
      this.#handles.delete(handle);
    }
  }

  /** Adds one entry. Gives false when there is no room for it; then nothing is dropped. */
  add(entry: FeedEntry): boolean {
    switch (entry.kind) {
      case 'handle':
        this.#cut(entry.handle, entry.absolute ? -entry.revision : entry.revision);
        break;
      case 'before':
        if (entry.before > this.#before) this.#before = entry.before;
        break;
      case 'token-key':
        this.#publish(entry.key);
        break;
      case 'key-cut':
        this.#keys.delete(entry.keyId);
        this.#cutKeys.add(entry.keyId);
    }
    return this.size <= this.#entriesMax;
  }

  /** Forgets the table that this one replaces, once every part of the snapshot is in. */
  settle(): void {
    this.#elder = undefined;
  }

  /** A published token key that was not cut. */
  tokenKey(keyId: Thumbprint): TokenKey | undefined {
    return this.#keys.get(keyId);
  }

  /** Whether a key was cut. */
  isKeyCut(keyId: Thumbprint): boolean {
    return this.#cutKeys.has(keyId);
  }

  /** Why the log refuses a token with this lineage and `rev`; undefined when it does not. */
  faultOf(handles: readonly Handle[], rev: Revision): CutFault | undefined {
    for (const handle of handles) {
      const cut = this.#handles.get(handle);
      if (cut !== undefined && (cut < 0 || cut > rev)) return 'token_cut';
    }
    if (rev < this.#before) return 'token_cut_before';
    return rev < this.#floor ? 'token_below_floor' : undefined;
  }

  /** The first row by which `faultOf` says `token_cut`; undefined when it does not. */
  cutOf(handles: readonly Handle[], rev: Revision): Revision | undefined {
    const rows = handles.map((handle) => this.#handles.get(handle));
    const cut = rows.find((row) => row !== undefined && (row < 0 || row > rev));
    return cut === undefined ? undefined : (Math.abs(cut) as Revision);
  }

  #cut(handle: Handle, cut: number): void {
    const elder = this.#elder === undefined ? undefined : this.#elder.#handles.get(handle);
    const known = this.#handles.get(handle) ?? elder ?? 0;
    const revision = Math.max(Math.abs(known), Math.abs(cut));
    // Else it would stay among those that were cut before.
    this.#handles.delete(handle);
    this.#handles.set(handle, known < 0 || cut < 0 ? -revision : revision);
  }

  /** A cut key is never published again, and a key never lives longer than it first said. */
  #publish(key: TokenKey): void {
    if (this.#cutKeys.has(key.keyId)) return;
    const known = this.#keys.get(key.keyId);
    if (known === undefined || key.retireAt < known.retireAt) this.#keys.set(key.keyId, key);
  }
}
