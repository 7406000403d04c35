import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Revision, revisionZero, type Thumbprint } from '@creance/proto';
import { CutJournal, createCutJournal } from '../emergency/cut-journal.js';
import { HighWater, highWaterOf, newHighWater } from './high-water.js';
import { syncFolder } from './place.js';
import { RevokedList } from './revoked-list.js';

/** The file of the highest revision that was ever committed. */
const highWaterName = 'high-water';

/** The files of what was cut for good, so that no backup brings it back. */
const revokedEvidenceName = 'revoked-evidence';
const revokedTokenKeysName = 'revoked-token-keys';

/** The journal of cuts that the store could not take. */
export const cutJournalName = 'cut-journal';

/** What a commit leaves in the marks. */
export interface Marking {
  readonly head: Revision;
  readonly evidence: readonly Thumbprint[];
  readonly tokenKeys: readonly Thumbprint[];
}

/** The marks as a store that is open uses them. */
export type OpenMarks = Pick<Marks, 'head' | 'evidence' | 'tokenKeys' | 'note' | 'close'> &
  Partial<Pick<Marks, 'journal'>>;

/**
 * What a store must never fall behind, in a folder of its own beside the database: a backup that is put
 * back does not bring it along.
 */
export class Marks {
  /** Cuts that wait for the store. */
  readonly journal: CutJournal;
  readonly #highWater: HighWater;
  readonly #evidence: RevokedList;
  readonly #tokenKeys: RevokedList;

  /** Opens an existing folder. Throws the system's faults. */
  constructor(folder: string) {
    this.#highWater = new HighWater(join(folder, highWaterName));
    this.#evidence = new RevokedList(join(folder, revokedEvidenceName));
    this.#tokenKeys = new RevokedList(join(folder, revokedTokenKeysName));
    this.journal = new CutJournal(join(folder, cutJournalName));
  }

  get head(): Revision {
    return this.#highWater.head;
  }

  /** Evidence keys that were cut. */
  get evidence(): ReadonlySet<Thumbprint> {
    return this.#evidence.keys;
  }

  /** Token keys that were cut. */
  get tokenKeys(): ReadonlySet<Thumbprint> {
    return this.#tokenKeys.keys;
  }

  /** Notes what was committed; durable when it returns. Throws the system's faults. */
  note({ head, evidence, tokenKeys }: Marking): void {
    this.#evidence.add(evidence);
    this.#tokenKeys.add(tokenKeys);
    this.#highWater.raise(head);
  }

  close(): void {
    for (const file of [this.#highWater, this.#evidence, this.#tokenKeys, this.journal])
      file.close();
  }
}

const names = [highWaterName, revokedEvidenceName, revokedTokenKeysName];

/**
 * The mark of a folder: undefined when there is no folder yet, `broken` when it is there and does not
 * say all that it should. Writes nothing.
 */
export function markOf(folder: string): Revision | 'broken' | undefined {
  if (!existsSync(folder)) return undefined;
  if (!names.every((name) => existsSync(join(folder, name)))) return 'broken';
  return highWaterOf(readFileSync(join(folder, highWaterName), 'latin1')) ?? 'broken';
}

/** Opens the marks; makes the folder, all of it or nothing, and those of its files that are missing. */
export function openMarks(folder: string): Marks {
  if (!existsSync(folder)) {
    const draft = `${folder}.new`;
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft, { mode: 0o700 });
    createFiles(draft);
    renameSync(draft, folder);
    syncFolder(dirname(folder));
  }
  createFiles(folder);
  return new Marks(folder);
}

function createFiles(folder: string): void {
  createFile(join(folder, highWaterName), newHighWater(revisionZero));
  createFile(join(folder, revokedEvidenceName), '');
  createFile(join(folder, revokedTokenKeysName), '');
  createCutJournal(join(folder, cutJournalName));
  syncFolder(folder);
}

function createFile(path: string, text: string): void {
  if (!existsSync(path)) writeFileSync(path, text, { flag: 'wx', mode: 0o600, flush: true });
}
