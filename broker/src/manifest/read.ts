import { isUtf8 } from 'node:buffer';
import { constants, type FileHandle, open } from 'node:fs/promises';
import { ok, type Result, refuse } from '@creance/proto';
import { manifestBounds } from './bounds.js';
import type { FaultCode, ManifestFaults } from './fault.js';
import { type CheckedManifest, parseManifest } from './parse.js';
import type { ManifestMode } from './rules.js';

/**
 * Reads and parses a manifest file. A file that cannot be read, is no regular file, is too large or
 * not UTF-8 is a fault as any other; nothing throws for what the file is or holds.
 *
 * @param file - Path; it names the file in faults.
 */
export async function readManifest(
  file: string,
  mode: ManifestMode,
): Promise<Result<CheckedManifest, ManifestFaults>> {
  const text = await readText(file);
  return text.ok ? parseManifest(text.value, file, mode) : text;
}

/** Reads the text of a file that people write, under the bounds of a manifest. Never throws. */
export async function readText(file: string): Promise<Result<string, ManifestFaults>> {
  const read = await readBytes(file);
  if (typeof read === 'string') {
    const fix =
      read === 'ENOENT'
        ? 'write one with creance init, or name another file'
        : 'name a file that the user of this process may read';
    return refuse([faultOf(file, 'file_unreadable', `the file cannot be read: ${read}`, fix)]);
  }
  if (!isUtf8(read)) return refuse([notUtf8(file, read)]);
  return ok(new TextDecoder('utf-8', { ignoreBOM: true }).decode(read));
}

/** The bytes up to one beyond the bound, or why there are none. */
async function readBytes(file: string): Promise<Buffer | string> {
  let handle: FileHandle | undefined;
  try {
    // A pipe must not hold the broker until somebody writes to it.
    handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    if (!(await handle.stat()).isFile()) return 'it is not a regular file';
    return await readBounded(handle);
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  } finally {
    await handle?.close();
  }
}

/** Reads by the bound and not by the size that the file had: it may be growing. */
async function readBounded(handle: FileHandle): Promise<Buffer> {
  const bytes = Buffer.alloc(manifestBounds.bytes + 1);
  let length = 0;
  for (;;) {
    const { bytesRead } = await handle.read(bytes, length, bytes.length - length);
    length += bytesRead;
    if (bytesRead === 0 || length === bytes.length) return bytes.subarray(0, length);
  }
}

function notUtf8(file: string, bytes: Buffer): ManifestFaults[number] {
  let start = 0;
  let line = 1;
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
    if (!isUtf8(bytes.subarray(start, end))) break;
    start = end + 1;
    line += 1;
  }
  const column = bytes.subarray(start).toString('utf8').indexOf('\ufffd') + 1;
  const fault = faultOf(file, 'file_not_utf8', 'the file is not UTF-8', 'save it as UTF-8');
  return { ...fault, line, column };
}

function faultOf(file: string, code: FaultCode, problem: string, fix: string) {
  return { code, file, line: 1, column: 1, path: '', problem, fix };
}
