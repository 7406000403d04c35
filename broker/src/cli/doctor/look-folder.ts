import { accessSync, constants, readdirSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FolderFacts, PathFacts } from './folder.js';

/** Looks at the data folder. Never throws for what is there or not. */
export function lookAtFolder(path: string): FolderFacts {
  const facts = lookAt(path);
  const isFolder = facts.code === undefined && statSync(path).isDirectory();
  return {
    ...facts,
    isFolder,
    ownUid: process.geteuid?.(),
    kind: isFolder ? kindOf(path) : 'none',
    keys: isFolder ? keysIn(join(path, 'keys')) : [],
  };
}

/** Free bytes for who is not root, on the disk that has the folder or is to have it. */
export function freeBytesAt(path: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch {
    const parent = dirname(path);
    return parent === path ? undefined : freeBytesAt(parent);
  }
}

function lookAt(path: string): PathFacts {
  try {
    const { mode, uid } = statSync(path);
    accessSync(path, constants.R_OK);
    return { path, code: undefined, mode: mode & 0o777, uid };
  } catch (error) {
    return { path, code: codeOf(error), mode: 0, uid: -1 };
  }
}

function kindOf(folder: string): FolderFacts['kind'] {
  try {
    const { dev, issuer } = JSON.parse(readFileSync(join(folder, 'identity.json'), 'utf8'));
    if (typeof dev !== 'boolean' || typeof issuer !== 'string') return 'broken';
    return dev ? 'dev' : 'production';
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? 'none' : 'broken';
  }
}

function keysIn(folder: string): readonly PathFacts[] {
  const names = (below: string) => {
    try {
      return readdirSync(below)
        .filter((name) => name.endsWith('.json'))
        .map((name) => join(below, name));
    } catch (error) {
      return codeOf(error) === 'ENOENT' ? [] : [below];
    }
  };
  return [...names(folder), ...names(join(folder, 'tokens'))].map(lookAt);
}

/** The code of a system's error, and nothing else of it. */
export function codeOf(error: unknown): string {
  return String((error as { code?: unknown }).code ?? 'unknown');
}
