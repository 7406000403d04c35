import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HistoryAsk, HistoryMark, HistoryPage } from '../../../domain/history.js';
import { History, type HistoryParts } from '../history.js';

/** For tests: everything, from the oldest on. */
export const allOfIt: HistoryAsk = { workload: undefined, sinceMillis: 0, from: undefined };

/** For tests: a history in a folder of its own, what it has told, and what is in its files. */
export class HistoryStand {
  readonly folder: string = join(mkdtempSync(join(tmpdir(), 'creance-history-')), 'history');
  readonly told: string[] = [];
  history: History;
  readonly #bytes: number;
  readonly #opened: History[] = [];

  /** `bytes`: what the history may hold. */
  constructor(bytes: number) {
    this.#bytes = bytes;
    this.history = this.#open(bytes);
  }

  /** A history on the same folder, as after a crash: what waited is not written. */
  restart(bytes: number = this.#bytes): void {
    this.history = this.#open(bytes);
  }

  /** Takes lines and writes them. */
  async keep(...lines: readonly string[]): Promise<void> {
    for (const line of lines) this.history.take(() => line);
    await this.history.flush();
  }

  /** Names of the files, the oldest first. */
  get files(): readonly string[] {
    return readdirSync(this.folder).sort();
  }

  path(file: string): string {
    return join(this.folder, file);
  }

  /** All pages from a mark on. */
  async pages(ask: Partial<HistoryAsk> = {}): Promise<readonly HistoryPage[]> {
    const pages: HistoryPage[] = [];
    let from: HistoryMark | undefined = ask.from;
    do {
      const page = await this.history.read({ ...allOfIt, ...ask, from });
      if (page === undefined) throw new Error('the page was refused');
      pages.push(page);
      from = page.next;
    } while (from !== undefined);
    return pages;
  }

  /** Marks of all lines that can be read. */
  async marks(ask: Partial<HistoryAsk> = {}): Promise<readonly string[]> {
    const texts = (await this.pages(ask)).map(({ lines }) => lines.toString());
    return texts.join('').split('\n').slice(0, -1).map(markOfLine);
  }

  async remove(): Promise<void> {
    for (const history of this.#opened) await history.close();
    rmSync(join(this.folder, '..'), { recursive: true, force: true });
  }

  #open(bytes: number): History {
    const parts: HistoryParts = {
      folder: this.folder,
      bytes,
      onLost: (cause, lines) => this.told.push(`lost ${lines}: ${cause}`),
      onRemoved: () => this.told.push('removed'),
      onFault: (fault) => this.told.push(`fault ${(fault as NodeJS.ErrnoException).code}`),
      onMended: (lines) => this.told.push(`mended after ${lines}`),
    };
    const history = new History(parts);
    this.#opened.push(history);
    return history;
  }
}

/** For tests: a line of about so many bytes, with a mark to know it by. */
export function lineWith(mark: string, parts: object = {}, bytes = 100): string {
  const fields = { mark, actor: 'triage', t_ms: 1_000, ...parts, filler: '' };
  const filler = 'x'.repeat(Math.max(0, bytes - JSON.stringify(fields).length - 1));
  return JSON.stringify({ ...fields, filler });
}

function markOfLine(line: string): string {
  return (JSON.parse(line) as { mark: string }).mark;
}

/** For tests: what every open file has, to put faults into it. */
export async function fileMethods(): Promise<FileHandle> {
  const file = await open(tmpdir(), 'r');
  await file.close();
  return Object.getPrototypeOf(file) as FileHandle;
}
