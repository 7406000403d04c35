import { hash } from 'node:crypto';
import { closeSync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { parseRevision, type Revision, revisionZero } from '@creance/proto';

const digits = 16;
const checkDigits = 8;
const slots = 2;

/** Bytes of one slot: the revision in decimal, a space, a check over it, a line feed. */
const slotBytes: number = digits + 1 + checkDigits + 1;

/**
 * The file of the highest revision that was ever committed: two slots, written in turn and never grown,
 * so that a write that a power cut tears leaves the other one, and a full disk has room for it.
 */
export class HighWater {
  readonly #file: number;
  #next: number;
  #head: Revision;

  /** Opens an existing file. Throws the system's faults. */
  constructor(path: string) {
    const revisions = readSlots(readFileSync(path, 'latin1'));
    this.#head = highest(revisions) ?? revisionZero;
    // Whatever is broken or lower is written first.
    this.#next = revisions.indexOf(this.#head) === 0 ? 1 : 0;
    this.#file = openSync(path, 'r+');
  }

  /** The highest revision on the disk. */
  get head(): Revision {
    return this.#head;
  }

  /** Raises the mark; durable when it returns. A lower one changes nothing. */
  raise(head: Revision): void {
    if (head <= this.#head) return;
    const at = this.#next * slotBytes;
    const written = writeSync(this.#file, slotOf(head), at, 'latin1');
    if (written !== slotBytes) throw new Error('the mark was written in part');
    fdatasyncSync(this.#file);
    this.#next = (this.#next + 1) % slots;
    this.#head = head;
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** The text of a new file. */
export function newHighWater(head: Revision): string {
  return slotOf(head).repeat(slots);
}

/** The highest revision of a file's text; undefined when no slot can be read. */
export function highWaterOf(text: string): Revision | undefined {
  return highest(readSlots(text));
}

function slotOf(revision: Revision): string {
  const number = String(revision).padStart(digits, '0');
  return `${number} ${checkOf(number)}\n`;
}

function readSlots(text: string): readonly (Revision | undefined)[] {
  return Array.from({ length: slots }, (_, at) =>
    readSlot(text.slice(at * slotBytes, (at + 1) * slotBytes)),
  );
}

function readSlot(slot: string): Revision | undefined {
  const number = slot.slice(0, digits);
  const isWhole = /^\d+$/.test(number) && slot === `${number} ${checkOf(number)}\n`;
  return isWhole ? parseRevision(Number(number)) : undefined;
}

function checkOf(number: string): string {
  return hash('sha256', `creance-high-water-v1 ${number}`, 'hex').slice(0, checkDigits);
}

function highest(revisions: readonly (Revision | undefined)[]): Revision | undefined {
  const known = revisions.filter((revision) => revision !== undefined);
  return known.length === 0 ? undefined : (Math.max(...known) as Revision);
}
