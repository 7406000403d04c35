import { mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Revision, revisionZero, type Thumbprint } from '@creance/proto';
import { CutJournal } from '../../broker/src/store/emergency/cut-journal.js';
import type { JournalledCut } from '../../broker/src/store/emergency/journalled-cut.js';
import type { Marking, OpenMarks } from '../../broker/src/store/sqlite/marks.js';
import { memoryFolder } from './memory-folder.js';

type Taken = (cut: JournalledCut) => void;

/** The real journal of one process: when that is dead, nothing of it reaches the disk. */
class ProcessJournal extends CutJournal {
  readonly #isDead: () => boolean;
  readonly #taken: Taken;

  constructor(path: string, isDead: () => boolean, taken: Taken) {
    super(path);
    this.#isDead = isDead;
    this.#taken = taken;
  }

  override append(cut: JournalledCut): ReturnType<CutJournal['append']> {
    if (this.#isDead()) return 'disk';
    const fault = super.append(cut);
    if (fault === undefined) this.#taken(cut);
    return fault;
  }
}

let folder: string | undefined;

/** The file of every world's journal, one after the other. It may begin with no bytes: it grows. */
function journalFile(): string {
  if (folder === undefined) {
    const made = mkdtempSync(join(memoryFolder(), 'creance-simulator-'));
    folder = made;
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
    writeFileSync(join(folder, 'cut-journal'), '', { mode: 0o600 });
  }
  return join(folder, 'cut-journal');
}

/** Marks that survive the processes of a broker: what was noted, and the journal of cuts. */
export class MemoryMarks {
  /** Cuts that the journal has taken, in all processes: none of them may be lost. */
  readonly journalled: JournalledCut[] = [];
  #head: Revision = revisionZero;
  readonly #evidence = new Set<Thumbprint>();
  readonly #tokenKeys = new Set<Thumbprint>();
  #journal: CutJournal | undefined;

  /** The highest revision that was ever committed. */
  get head(): Revision {
    return this.#head;
  }

  /** Opens them for another process. */
  open(isDead: () => boolean): OpenMarks {
    this.#journal?.close();
    const journal = new ProcessJournal(journalFile(), isDead, (cut) => this.journalled.push(cut));
    this.#journal = journal;
    const note = ({ head, evidence, tokenKeys }: Marking) => {
      if (isDead()) return;
      for (const key of evidence) this.#evidence.add(key);
      for (const key of tokenKeys) this.#tokenKeys.add(key);
      if (head > this.#head) this.#head = head;
    };
    const lists = { evidence: this.#evidence, tokenKeys: this.#tokenKeys };
    return { head: this.#head, ...lists, note, close: () => {}, journal };
  }

  dispose(): void {
    this.#journal?.close();
    this.#journal = undefined;
    if (statSync(journalFile()).size > 0) truncateSync(journalFile());
  }
}
