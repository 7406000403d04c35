import type { HistoryAsk, HistoryMark, HistoryPage } from '../../domain/history.js';
import { wanted } from './line-choice.js';
import type { Segment } from './list-segments.js';
import type { Segments } from './segments.js';
import { readStretch, type Stretch } from './stretch.js';

/** Bounds of one page. */
export interface PageBounds {
  /** Bytes of its lines. */
  readonly pageBytes: number;
  /** Bytes that are read for it; a file that is opened counts for some. */
  readonly scanBytes: number;
}

/** What opening a file counts for, so that a thousand empty ones are no page. */
const openBytes = 4_096;

/**
 * Reads a page: from its mark on, over as many files as it takes, until it is full, or so much was read
 * that it is enough whatever matched. Undefined when its mark is none.
 */
export async function readPage(
  segments: Pick<Segments, 'all' | 'pathOf'>,
  ask: HistoryAsk,
  bounds: PageBounds,
): Promise<HistoryPage | undefined> {
  const page = new Page(ask, bounds);
  let at: HistoryMark | undefined = ask.from ?? { segment: 0, offset: 0 };
  let room = bounds.scanBytes;
  while (at !== undefined && room > 0 && !page.isFull) {
    const from: HistoryMark = at;
    const place = placeOf(await segments.all(), from);
    if (place === undefined) return undefined;
    const { segment, offset, after } = place;
    if (segment === undefined) return page.whole(undefined);
    if (segment.number !== from.segment && from.segment !== 0) page.isGapped = true;
    const stretch = await stretchOf(segments.pathOf(segment), offset, segment.bytes);
    if (stretch === undefined) return undefined;
    room -= stretch.end - offset + openBytes;
    if (stretch.isGone && from.segment !== 0) page.isGapped = true;
    const end = page.take(stretch, offset);
    // A rest without an end is a line that a crash has cut off.
    const isOver = end >= segment.bytes || stretch.lines.length === 0;
    at = isOver
      ? after && { segment: after.number, offset: 0 }
      : { segment: segment.number, offset: end };
  }
  return page.whole(at);
}

interface Place {
  /** Undefined when nothing is kept. */
  readonly segment: Segment | undefined;
  readonly offset: number;
  /** The segment after it. */
  readonly after: Segment | undefined;
}

/** Where a mark lies today; undefined when it lies where nothing was ever written. */
function placeOf(
  all: readonly Segment[],
  { segment: number, offset }: HistoryMark,
): Place | undefined {
  const at = all.findIndex((segment) => segment.number >= number);
  const segment = all[at];
  if (segment === undefined)
    return number === 0 && offset === 0
      ? { segment: undefined, offset: 0, after: undefined }
      : undefined;
  if (segment.number !== number) return { segment, offset: 0, after: all[at + 1] };
  return offset > segment.bytes ? undefined : { segment, offset, after: all[at + 1] };
}

/** A stretch of a file; of one that was removed since it was listed, none. */
async function stretchOf(
  path: string,
  offset: number,
  bytes: number,
): Promise<(Stretch & { readonly isGone?: true }) | undefined> {
  try {
    return await readStretch(path, offset, bytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return { lines: [], end: offset, isGone: true };
  }
}

/** A page that is being filled. */
class Page {
  isGapped = false;
  isFull = false;
  readonly #ask: HistoryAsk;
  readonly #bytesMax: number;
  readonly #lines: Buffer[] = [];
  #bytes = 0;

  constructor(ask: HistoryAsk, { pageBytes }: PageBounds) {
    this.#ask = ask;
    this.#bytesMax = pageBytes;
  }

  /** Takes the lines that are wanted, while they fit; gives the byte at which the page ends. */
  take({ lines }: Stretch, offset: number): number {
    let end = offset;
    for (const line of lines) {
      if (wanted(line, this.#ask)) {
        if (this.#bytes + line.length > this.#bytesMax) {
          this.isFull = true;
          return end;
        }
        this.#lines.push(line);
        this.#bytes += line.length;
      }
      end += line.length;
    }
    return end;
  }

  whole(next: HistoryMark | undefined): HistoryPage {
    return { lines: Buffer.concat(this.#lines), next, isGapped: this.isGapped };
  }
}
