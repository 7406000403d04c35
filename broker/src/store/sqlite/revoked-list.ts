import { closeSync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { parseThumbprint, type Thumbprint } from '@creance/proto';

/** A file of thumbprints, one a line, that only grows. */
export class RevokedList {
  readonly #file: number;
  readonly #keys: Set<Thumbprint>;

  /** Opens an existing file. Throws the system's faults. */
  constructor(path: string) {
    const text = readFileSync(path, 'latin1');
    const lines = text.split('\n');
    this.#keys = new Set(lines.map(parseThumbprint).filter((key) => key !== undefined));
    this.#file = openSync(path, 'a');
    // A line that a power cut has torn must not swallow the next one.
    if (lines.at(-1) !== '') this.#write('\n');
  }

  get keys(): ReadonlySet<Thumbprint> {
    return this.#keys;
  }

  /** Adds keys; durable when it returns. Those that are known change nothing. */
  add(keys: readonly Thumbprint[]): void {
    const fresh = new Set(keys.filter((key) => !this.#keys.has(key)));
    if (fresh.size === 0) return;
    this.#write([...fresh].map((key) => `${key}\n`).join(''));
    for (const key of fresh) this.#keys.add(key);
  }

  close(): void {
    closeSync(this.#file);
  }

  #write(text: string): void {
    if (writeSync(this.#file, text) !== text.length) throw new Error('a line was written in part');
    fdatasyncSync(this.#file);
  }
}
