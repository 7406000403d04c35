import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { Revision } from '@creance/proto';
import { limits } from '../../domain/limits.js';
import {
  decodeCut,
  encodeCut,
  type JournalledCut,
  lastRevision,
  recordBytes,
} from './journalled-cut.js';

/** Why a cut is not in the journal. */
export type JournalFault =
  /** It holds `limits.cutsJournalled` already, or the cut does not fit a record. */
  | 'full'
  /** The disk has not taken it. */
  | 'disk';

/**
 * The journal of cuts that the store could not take: a file of its own, of one size for ever, so that a full
 * disk has room for it. Each cut is one checked record, on the disk when `append` returns. It holds cuts alone,
 * and is empty while the store is well.
 */
export class CutJournal {
  readonly #file: number;
  #cuts: JournalledCut[];
  /** By cut, the record that holds it. */
  #places: number[];
  /** The record behind the last one that was written, whole or not. */
  #end: number;

  /** Opens an existing file. Throws the system's faults. */
  constructor(path: string) {
    const bytes = readFileSync(path);
    const found = readRecords(bytes);
    this.#cuts = found.map(({ cut }) => cut);
    this.#places = found.map(({ at }) => at);
    this.#end = endOf(bytes);
    this.#file = openSync(path, 'r+');
  }

  /** The cuts that wait, in the order of their revisions. */
  get cuts(): readonly JournalledCut[] {
    return this.#cuts;
  }

  /** Adds a cut; durable when it returns undefined. */
  append(cut: JournalledCut): JournalFault | undefined {
    const record = encodeCut(cut);
    const at = this.#end;
    if (record === undefined || at >= limits.cutsJournalled) return 'full';
    try {
      this.#write(record, at);
      fsyncSync(this.#file);
    } catch {
      return 'disk';
    }
    this.#cuts.push(cut);
    this.#places.push(at);
    this.#end = at + 1;
    return undefined;
  }

  /**
   * Puts other revisions in place of those of all cuts, in the same records. A crash in between leaves some
   * with the new ones and some with the old: both stand for the same cuts. Throws the system's faults.
   */
  rewrite(cuts: readonly JournalledCut[]): void {
    cuts.forEach((cut, index) => {
      this.#write(encodeCut(cut) as Buffer, this.#places[index] as number);
    });
    fsyncSync(this.#file);
    this.#cuts = [...cuts];
  }

  /** Empties it, once the store has what it holds. Throws the system's faults. */
  clear(): void {
    if (this.#end === 0) return;
    const empty = Buffer.alloc(recordBytes);
    for (let at = 0; at < this.#end; at += 1) this.#write(empty, at);
    fsyncSync(this.#file);
    this.#cuts = [];
    this.#places = [];
    this.#end = 0;
  }

  close(): void {
    closeSync(this.#file);
  }

  #write(record: Buffer, at: number): void {
    const written = writeSync(this.#file, record, 0, recordBytes, at * recordBytes);
    if (written !== recordBytes) throw new Error('a record was written in part');
  }
}

/** Makes the file at its full size, on the disk when it returns; one that is there stays as it is. */
export function createCutJournal(path: string): void {
  if (existsSync(path)) return;
  const file = openSync(path, 'wx', 0o600);
  try {
    const bytes = Buffer.alloc(recordBytes * limits.cutsJournalled);
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** The cuts that wait in a file, without opening it for writing; none when there is no file. */
export function journalledCuts(path: string): readonly JournalledCut[] {
  return existsSync(path) ? readRecords(readFileSync(path)).map(({ cut }) => cut) : [];
}

/** The whole records, each cut once, whichever record a copy of it may lie in. */
function readRecords(bytes: Buffer): { readonly cut: JournalledCut; readonly at: number }[] {
  const found = new Map<Revision, { readonly cut: JournalledCut; readonly at: number }>();
  for (let at = 0; (at + 1) * recordBytes <= bytes.length; at += 1) {
    const cut = decodeCut(bytes.subarray(at * recordBytes, (at + 1) * recordBytes));
    if (cut !== undefined) found.set(lastRevision(cut), { cut, at });
  }
  return [...found.values()].sort((one, other) => lastRevision(one.cut) - lastRevision(other.cut));
}

function endOf(bytes: Buffer): number {
  for (let end = Math.floor(bytes.length / recordBytes); end > 0; end -= 1) {
    const record = bytes.subarray((end - 1) * recordBytes, end * recordBytes);
    if (record.some((byte) => byte !== 0)) return end;
  }
  return 0;
}
