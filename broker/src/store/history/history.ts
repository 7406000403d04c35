import type { HistoryAsk, HistoryPage } from '../../domain/history.js';
import { limits } from '../../domain/limits.js';
import { readPage } from './read-page.js';
import { Segments } from './segments.js';
import { WaitingLines } from './waiting-lines.js';

/** Why a line is not kept: too many wait, it is too long, or the disk has failed. */
export type HistoryLoss = 'full' | 'long' | 'disk';

/** Parts of the history. */
export interface HistoryParts {
  /** Its own folder; made when it is not there. */
  readonly folder: string;
  /** Bytes that are kept at most; with zero nothing is written, and what is there can still be read. */
  readonly bytes: number;
  /** Lines that are not kept. */
  readonly onLost: (cause: HistoryLoss, lines: number) => void;
  /** An old segment has made room for a newer one. */
  readonly onRemoved: () => void;
  /** The disk has failed; called once until it is written to again. */
  readonly onFault: (fault: Error) => void;
  /** Lines are written again after a fault; with how many were lost meanwhile. */
  readonly onMended: (linesLost: number) => void;
}

/**
 * A bounded history of lines, for reading back. It never stops anybody: taking a line is a matter of
 * memory, lines are written together once in a while, and what cannot be written is counted and forgotten.
 * Lines are not forced to the disk: a crash of the process takes what was not yet written, a power loss
 * may take more.
 */
export class History {
  readonly #parts: HistoryParts;
  readonly #segments: Segments;
  readonly #waiting: WaitingLines;
  #linesLost: number | undefined;
  #busy: Promise<void> | undefined;

  constructor(parts: HistoryParts) {
    const { folder, bytes, onRemoved } = parts;
    const segmentBytes = Math.floor(bytes / limits.historySegments);
    this.#parts = parts;
    this.#segments = new Segments(
      folder,
      { bytes, segmentBytes, files: limits.historyFiles },
      onRemoved,
    );
    // One append is never longer than a segment.
    this.#waiting = new WaitingLines(Math.min(limits.historyWaitingBytes, segmentBytes));
  }

  /** Whether lines are kept at all. */
  get isKept(): boolean {
    return this.#parts.bytes > 0;
  }

  /** Bytes of lines that wait to be written. */
  get bytesWaiting(): number {
    return this.#waiting.bytes;
  }

  /** Takes the line, without its end, that `write` gives: a flood costs no more than counting it. */
  take(write: () => string): void {
    if (!this.isKept) return;
    if (this.#waiting.isFull) {
      this.#parts.onLost('full', 1);
      return;
    }
    const line = write();
    const bytes = Buffer.byteLength(line);
    if (bytes > limits.historyLineBytes) this.#parts.onLost('long', 1);
    else if (!this.#waiting.add(line, bytes)) this.#parts.onLost('full', 1);
  }

  /** Writes what waits. Never rejects. */
  flush(): Promise<void> {
    this.#busy ??= this.#write().finally(() => {
      this.#busy = undefined;
    });
    return this.#busy;
  }

  /** A page of what is written; undefined when its mark is none. Throws a fault of the disk. */
  read(ask: HistoryAsk): Promise<HistoryPage | undefined> {
    const { historyPageBytes: pageBytes, historyScanBytes: scanBytes } = limits;
    return readPage(this.#segments, ask, { pageBytes, scanBytes });
  }

  /** Writes what waits, and closes its file. */
  async close(): Promise<void> {
    await this.#busy;
    await this.flush();
    await this.#segments.close().catch(() => {});
  }

  async #write(): Promise<void> {
    const { count, bytes } = this.#waiting.take();
    if (count === 0) return;
    try {
      await this.#segments.append(bytes);
    } catch (error) {
      this.#lost(count, error as Error);
      return;
    }
    if (this.#linesLost !== undefined) this.#parts.onMended(this.#linesLost);
    this.#linesLost = undefined;
  }

  #lost(lines: number, fault: Error): void {
    if (this.#linesLost === undefined) this.#parts.onFault(fault);
    this.#linesLost = (this.#linesLost ?? 0) + lines;
    this.#parts.onLost('disk', lines);
  }
}
