import { constants } from 'node:fs';
import { type FileHandle, link, mkdir, open, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { encodeBase64url, parseThumbprint, type Thumbprint } from '@creance/proto';
import type { Entropy } from '../runtime/entropy.js';
import { type EcKey, parsePrivateJwk, privateJwkOf } from './ec-key.js';
import { JoinError } from './join-error.js';

/** All that a member keeps between two starts. */
export interface Membership {
  readonly issuer: string;
  /** Public origin of the broker. */
  readonly address: string;
  /** Thumbprint of the issuer's anchor key, pinned at first contact. */
  readonly anchor: Thumbprint;
  /** The key that the join token registers. */
  readonly evidenceKey: EcKey;
}

const keyFileBytesMax = 4_096;
const modeOfOthers = 0o077;

/** Reads the key file; undefined when there is none. Throws a JoinError when others can read it. */
export async function readKeyFile(path: string): Promise<Membership | undefined> {
  const file = await open(path, constants.O_RDONLY).catch((fault: NodeJS.ErrnoException) => {
    if (fault.code === 'ENOENT' || fault.code === 'ENOTDIR') return undefined;
    throw new JoinError('key_file_unreadable', { at: path });
  });
  if (file === undefined) return undefined;
  try {
    const stat = await file.stat();
    if (process.platform !== 'win32' && (stat.mode & modeOfOthers) !== 0) {
      throw new JoinError('key_file_readable_by_others', { at: path });
    }
    if (!stat.isFile() || stat.size > keyFileBytesMax) throw malformed(path);
    const membership = parse(await file.readFile('utf8'));
    if (membership === undefined) throw malformed(path);
    return membership;
  } finally {
    await file.close();
  }
}

/**
 * Writes the key file whole or not at all, for its owner alone, and never over another one: of two
 * processes that start at once, both go on with the key of the first.
 */
export async function createKeyFile(
  path: string,
  membership: Membership,
  entropy: Entropy,
): Promise<Membership> {
  const draft = `${path}.${encodeBase64url(entropy.bytes(9))}.tmp`;
  const file = await openNew(draft).catch(() => {
    throw new JoinError('key_file_unwritable', { at: path });
  });
  try {
    await file.writeFile(format(membership));
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(draft, path);
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== 'EEXIST') throw fault;
    const other = await readKeyFile(path);
    if (other !== undefined) return other;
    throw fault;
  } finally {
    await unlink(draft);
  }
  return membership;
}

/**
 * Takes away the key file of a join that has come to nothing, if it holds that key still: the key opens
 * nothing, and would stand in the way of the next join string. Never rejects.
 */
export async function dropKeyFile(path: string, { evidenceKey }: Membership): Promise<void> {
  const standing = await readKeyFile(path).catch(() => undefined);
  if (standing?.evidenceKey.thumbprint !== evidenceKey.thumbprint) return;
  await unlink(path).catch(() => {});
}

async function openNew(draft: string): Promise<FileHandle> {
  await mkdir(dirname(draft), { recursive: true, mode: 0o700 });
  return open(draft, 'wx', 0o600);
}

function malformed(path: string): JoinError {
  return new JoinError('key_file_malformed', { at: path });
}

function format({ issuer, address, anchor, evidenceKey }: Membership): string {
  const key = privateJwkOf(evidenceKey);
  return `${JSON.stringify({ version: 1, issuer, address, anchor, key }, undefined, 2)}\n`;
}

function parse(text: string): Membership | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { version, issuer, address, anchor, key } = value as Record<string, unknown>;
  const thumbprint = parseThumbprint(anchor);
  const evidenceKey = parsePrivateJwk(key);
  if (version !== 1 || typeof issuer !== 'string' || typeof address !== 'string') return undefined;
  if (thumbprint === undefined || evidenceKey === undefined) return undefined;
  return { issuer, address, anchor: thumbprint, evidenceKey };
}
