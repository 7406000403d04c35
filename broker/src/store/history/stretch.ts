import { type FileHandle, open } from 'node:fs/promises';

/** Bytes that are read at a time. */
const stretchBytes = 65_536;

const lineEnd = 0x0a;

/** Whole lines of a file, from some byte on. */
export interface Stretch {
  /** Each with its end. */
  readonly lines: readonly Buffer[];
  /** The byte behind the last of them. */
  readonly end: number;
}

/**
 * Reads whole lines of a file from a byte at which one begins, up to another one. Undefined when no line
 * begins there. No lines when none ends within the bytes that are read at a time: then what follows is
 * the rest of a line that a crash has cut off, or nothing that was written here.
 */
export async function readStretch(
  path: string,
  from: number,
  to: number,
): Promise<Stretch | undefined> {
  // The byte before tells whether a line begins here.
  const start = Math.max(0, from - 1);
  const bytes = await bytesOf(path, start, Math.min(to, from + stretchBytes));
  if (from > 0 && bytes[0] !== lineEnd) return undefined;
  const lines: Buffer[] = [];
  let at = from - start;
  for (let end = bytes.indexOf(lineEnd, at); end >= 0; end = bytes.indexOf(lineEnd, at)) {
    lines.push(bytes.subarray(at, end + 1));
    at = end + 1;
  }
  return { lines, end: start + at };
}

async function bytesOf(path: string, from: number, to: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    return await filled(file, Buffer.alloc(to - from), from);
  } finally {
    await file.close();
  }
}

async function filled(file: FileHandle, bytes: Buffer, from: number): Promise<Buffer> {
  let read = 0;
  while (read < bytes.length) {
    const { bytesRead } = await file.read(bytes, read, bytes.length - read, from + read);
    if (bytesRead === 0) return bytes.subarray(0, read);
    read += bytesRead;
  }
  return bytes;
}
