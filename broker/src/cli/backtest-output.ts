import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { CommandFailed } from './output.js';

/** Characters that are written at a time. */
const partChars = 65_536;

/** A file of results that is there whole or not at all: it is written beside itself and then renamed. */
export class WholeOutput {
  readonly #path: string;
  readonly #draft: string;
  readonly #file: FileHandle;
  #open = '';

  private constructor(path: string, draft: string, file: FileHandle) {
    this.#path = path;
    this.#draft = draft;
    this.#file = file;
  }

  /** Opens the draft; what an earlier run has left of one is removed. */
  static async open(path: string, mode = 0o644): Promise<WholeOutput> {
    const draft = `${path}.tmp`;
    try {
      await rm(draft, { force: true });
      return new WholeOutput(path, draft, await open(draft, 'wx', mode));
    } catch (error) {
      throw failed(path, error);
    }
  }

  /** Adds a line. */
  line(value: unknown): Promise<void> {
    return this.text(`${JSON.stringify(value)}\n`);
  }

  /** Adds whole lines as they are, each with its end. */
  async text(lines: string): Promise<void> {
    this.#open += lines;
    if (this.#open.length >= partChars) await this.#flush();
  }

  /** Puts the file in its place. */
  async keep(): Promise<void> {
    try {
      await this.#flush();
      await this.#file.sync();
      await this.#file.close();
      await rename(this.#draft, this.#path);
    } catch (error) {
      throw failed(this.#path, error);
    }
  }

  /** Leaves nothing behind. */
  async drop(): Promise<void> {
    await this.#file.close().catch(() => {});
    await rm(this.#draft, { force: true });
  }

  async #flush(): Promise<void> {
    const text = this.#open;
    this.#open = '';
    try {
      await this.#file.writeFile(text);
    } catch (error) {
      throw failed(this.#path, error);
    }
  }
}

function failed(path: string, error: unknown): CommandFailed {
  const { code } = error as NodeJS.ErrnoException;
  return new CommandFailed(`${path} cannot be written: ${code ?? 'unknown'}`);
}
