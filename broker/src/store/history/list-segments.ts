import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** One file, as far as it can be read: what was written of a line that failed is not counted. */
export interface Segment {
  readonly number: number;
  bytes: number;
}

/** Digits of a number, so that names sort as numbers do. */
const numberDigits = 12;
const form = /^(\d{12})\.ndjson$/;

/** The name of a segment's file. */
export function segmentName(number: number): string {
  return `${String(number).padStart(numberDigits, '0')}.ndjson`;
}

/** The number of a segment by its file; undefined for whatever else lies in the folder. */
function segmentNumber(entry: Pick<Dirent, 'name' | 'isFile'>): number | undefined {
  const number = Number(form.exec(entry.name)?.[1]);
  return entry.isFile() && number > 0 ? number : undefined;
}

/** The segments of a folder, the oldest first; none where there is no folder. Throws a fault of the disk. */
export async function listSegments(folder: string): Promise<Segment[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(noneWhereNoFolder);
  const numbers = entries.map(segmentNumber).filter((number) => number !== undefined);
  const found: Segment[] = [];
  for (const number of numbers.sort((one, other) => one - other)) {
    const { size } = await stat(join(folder, segmentName(number)));
    found.push({ number, bytes: size });
  }
  return found;
}

function noneWhereNoFolder(error: NodeJS.ErrnoException): readonly never[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}
