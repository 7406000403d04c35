import { type FileHandle, link, mkdir, open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseJsonObject, parseThumbprint, type Thumbprint } from '@creance/proto';
import { type ConfigurationFault, configurationError } from '../errors/local.js';
import { limits } from '../limits.js';
import type { Entropy } from '../runtime/entropy.js';
import { SigningKey } from './signing-key.js';

/** What a key file holds: where the key belongs, and the key. */
export interface KeyFile {
  readonly issuer: string;
  readonly address: string;
  /** Thumbprint of the issuer's anchor key. */
  readonly anchor: Thumbprint;
  readonly key: SigningKey;
}

const format = 'creance-key:v1';
const noHardLinks = new Set(['EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP', 'EMLINK']);

/**
 * Reads a key file; undefined when there is none. Refuses one that somebody else owns, that group or
 * others may read, or that holds anything but an evidence key.
 */
export async function readKeyFile(path: string): Promise<KeyFile | undefined> {
  const file = await openExisting(path);
  if (file === undefined) return undefined;
  try {
    // Judged on the open file, so that it cannot be changed for another between look and read.
    const fault = await faultOf(file);
    if (fault !== undefined) throw configurationError(fault, path);
    const content = parseContent(await file.readFile());
    if (content === undefined) throw configurationError('key_file_malformed', path);
    return content;
  } finally {
    await file.close();
  }
}

async function openExisting(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '')) return undefined;
    throw configurationError('key_file_unreadable', path);
  }
}

async function faultOf(file: FileHandle): Promise<ConfigurationFault | undefined> {
  const { mode, uid, size, isFile } = await file.stat().then((found) => ({
    mode: found.mode,
    uid: found.uid,
    size: found.size,
    isFile: found.isFile(),
  }));
  if (!isFile || size > limits.keyFileBytes) return 'key_file_malformed';
  // Windows has no such modes: there the folder's access list is the guard.
  const own = process.geteuid?.();
  const tooOpen = own !== undefined && ((mode & 0o077) !== 0 || uid !== own);
  return tooOpen ? 'key_file_too_open' : undefined;
}

function parseContent(bytes: Uint8Array): KeyFile | undefined {
  const parts = parseJsonObject(bytes);
  if (parts === undefined || parts['format'] !== format) return undefined;
  const { issuer, address } = parts as Record<string, unknown>;
  const anchor = parseThumbprint(parts['anchor']);
  const key = SigningKey.fromPrivateJwk(parts['key']);
  if (typeof issuer !== 'string' || typeof address !== 'string') return undefined;
  return anchor && key && { issuer, address, anchor, key };
}

/**
 * Writes a new key file, mode 0600, in a folder that is made with mode 0700 where it is missing. Whole
 * or not at all, and never over another one: of two processes that join at once, one key wins and the
 * other process reads it. Gives the content that now stands there.
 */
export async function createKeyFile(
  path: string,
  content: KeyFile,
  entropy: Entropy,
): Promise<KeyFile> {
  try {
    await makeFolder(dirname(path));
    await writeOnce(path, `${path}.${entropy.text(12)}.tmp`, textOf(content));
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw configurationError('key_file_unwritable', path);
    // Another process was first: its key is the one.
  }
  const standing = await readKeyFile(path);
  if (standing === undefined) throw configurationError('key_file_unwritable', path);
  return standing;
}

/**
 * Takes away the key file of a join that has come to nothing, if it holds that key still: the key opens
 * nothing, and would stand in the way of the next join string. Never rejects.
 */
export async function dropKeyFile(path: string, key: SigningKey): Promise<void> {
  const standing = await readKeyFile(path).catch(() => undefined);
  if (standing?.key.thumbprint !== key.thumbprint) return;
  await unlink(path).catch(() => {});
}

async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    // Here it means that a file stands where the folder should be.
    throw codeOf(error) === 'EEXIST' ? new Error('no folder') : error;
  });
}

async function writeOnce(path: string, draft: string, text: string): Promise<void> {
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
    await file.close();
    await place(draft, path);
  } finally {
    await file.close().catch(() => {});
    await unlink(draft).catch(() => {});
  }
}

/** A link, unlike a rename, fails when the name is taken. */
async function place(draft: string, path: string): Promise<void> {
  try {
    await link(draft, path);
  } catch (error) {
    if (!noHardLinks.has(codeOf(error) ?? '')) throw error;
    await rename(draft, path);
  }
}

function textOf({ issuer, address, anchor, key }: KeyFile): string {
  return `${JSON.stringify({ format, issuer, address, anchor, key: key.revealPrivateJwk() })}\n`;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
