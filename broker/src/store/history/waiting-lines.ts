/** Lines that wait to be written, in bounded memory. */
export class WaitingLines {
  readonly #bytesMax: number;
  #lines: string[] = [];
  #bytes = 0;
  #isFull = false;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Bytes that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether a line did not fit: none is taken then until those that wait are. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Adds a line of so many bytes, its end not counted; false when it does not fit. */
  add(line: string, bytes: number): boolean {
    this.#isFull ||= this.#bytes + bytes + 1 > this.#bytesMax;
    if (this.#isFull) return false;
    this.#lines.push(line);
    this.#bytes += bytes + 1;
    return true;
  }

  /** Takes all of them, each with its end. */
  take(): { readonly count: number; readonly bytes: Buffer } {
    const { length: count } = this.#lines;
    const bytes = Buffer.from(count === 0 ? '' : `${this.#lines.join('\n')}\n`);
    this.#lines = [];
    this.#bytes = 0;
    this.#isFull = false;
    return { count, bytes };
  }
}
