import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { listSegments, type Segment, segmentName } from './list-segments.js';

/** Bounds of the files. */
export interface SegmentBounds {
  /** Of all of them, in bytes. */
  readonly bytes: number;
  /** Of one of them, in bytes. */
  readonly segmentBytes: number;
  readonly files: number;
}

/** The file that is written to. */
interface Current {
  readonly segment: Segment;
  readonly file: FileHandle;
}

const openNew = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_APPEND;

/**
 * Files that are only appended to, the newest; the oldest goes when all together would be too many or too
 * long. Each start of the broker begins a new one, so that what a crash has left of a last line is never
 * the beginning of another. One call at a time.
 */
export class Segments {
  readonly #folder: string;
  readonly #bounds: SegmentBounds;
  readonly #onRemoved: () => void;
  #all: Promise<Segment[]> | undefined;
  #current: Current | undefined;
  /** The number that was used last, also where nothing came of it. */
  #last = 0;

  /** `onRemoved` is called for each file that made room for a newer one. */
  constructor(folder: string, bounds: SegmentBounds, onRemoved: () => void) {
    this.#folder = folder;
    this.#bounds = bounds;
    this.#onRemoved = onRemoved;
  }

  /** The files, the oldest first. Throws a fault of the disk. */
  async all(): Promise<readonly Segment[]> {
    return this.#found();
  }

  /** The path of a file. */
  pathOf({ number }: Segment): string {
    return join(this.#folder, segmentName(number));
  }

  /**
   * Appends whole lines, at most `segmentBytes` long, at once. After a fault of the disk, which is thrown,
   * nothing of them can be read.
   */
  async append(lines: Buffer): Promise<void> {
    const { segment, file } = await this.#room(lines.length);
    try {
      await file.writeFile(lines);
      segment.bytes += lines.length;
    } catch (error) {
      await this.#mend({ segment, file });
      throw error;
    }
  }

  /** Closes the file that is written to. */
  async close(): Promise<void> {
    const file = this.#current?.file;
    this.#current = undefined;
    await file?.close();
  }

  /** One list for all who ask, however many at once; a fault is tried again. */
  #found(): Promise<Segment[]> {
    this.#all ??= listSegments(this.#folder).catch((fault: unknown) => {
      this.#all = undefined;
      throw fault;
    });
    return this.#all;
  }

  /** The file that so many bytes go to, once there is room for them. */
  async #room(bytes: number): Promise<Current> {
    const all = await this.#found();
    const current = this.#current;
    if (current !== undefined && current.segment.bytes + bytes <= this.#bounds.segmentBytes) {
      await this.#removeOldest(all, bytes, 0);
      return current;
    }
    await this.close();
    await this.#removeOldest(all, bytes, 1);
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    this.#last = Math.max(this.#last, all.at(-1)?.number ?? 0) + 1;
    const segment = { number: this.#last, bytes: 0 };
    const file = await open(this.pathOf(segment), openNew, 0o600);
    all.push(segment);
    this.#current = { segment, file };
    return this.#current;
  }

  /** A file that cannot be removed is a fault: rather nothing more is kept than more than is bounded. */
  async #removeOldest(all: Segment[], bytes: number, files: number): Promise<void> {
    const { bytes: bytesMax, files: filesMax } = this.#bounds;
    const held = () => all.reduce((sum, segment) => sum + segment.bytes, 0);
    while (all.length > 0 && (held() + bytes > bytesMax || all.length + files > filesMax)) {
      const [oldest] = all as [Segment];
      if (oldest === this.#current?.segment) return;
      // Out of the list first: who is reading it then knows why it is gone.
      all.shift();
      await rm(this.pathOf(oldest), { force: true }).catch((error: unknown) => {
        all.unshift(oldest);
        throw error;
      });
      this.#onRemoved();
    }
  }

  /** Takes back what was written of lines that failed; where that fails too, the file is left alone. */
  async #mend({ segment, file }: Current): Promise<void> {
    try {
      await file.truncate(segment.bytes);
    } catch {
      await this.close().catch(() => {});
      // Or files without a line would push out those that have some, one at each try.
      if (segment.bytes === 0) (await this.#found()).pop();
    }
  }
}
