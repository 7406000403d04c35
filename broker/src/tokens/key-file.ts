import { chmodSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { ok, type Result, refuse } from '@creance/proto';
import { writeWholeFile } from '../whole-file.js';

/**
 * What a key is for. One key, one purpose: those that sign have a `typ` or domain prefix each, and that of
 * destinations hashes and signs nothing.
 */
export type KeyPurpose = 'anchor' | 'feed' | 'audit' | 'events' | 'token' | 'destinations';

/** Whose keys they are: a key file of another broker is refused. */
export interface KeyIdentity {
  readonly issuer: string;
  readonly dev: boolean;
}

/** Why a key file cannot be used, with the fix. */
export interface KeyFault {
  readonly file: string;
  readonly fault: string;
  readonly fix: string;
}

/** What every key file says beside its key. */
export interface OwnedFile extends KeyIdentity {
  readonly purpose: KeyPurpose;
}

/**
 * Reads a key file that must be there: its owner alone may read it, and it is of this purpose and this
 * broker. `parse` gives undefined for what holds no key.
 */
export function readKeyFile<T extends OwnedFile>(
  file: string,
  purpose: KeyPurpose,
  identity: KeyIdentity,
  parse: (text: string) => T | undefined,
): Result<T, KeyFault> {
  if ((statSync(file).mode & 0o077) !== 0) {
    return refuse({
      file,
      fault: 'the key file can be read by others',
      fix: `chmod 600 ${file}; if others had access, remove it and start again`,
    });
  }
  const key = parse(readFileSync(file, 'utf8'));
  if (key === undefined || key.purpose !== purpose) {
    return refuse({
      file,
      fault: `the file holds no ${purpose} key`,
      fix: 'restore it from a backup',
    });
  }
  if (key.issuer !== identity.issuer || key.dev !== identity.dev) {
    const whose = key.dev ? 'a development broker' : key.issuer;
    return refuse({ file, fault: `the key belongs to ${whose}`, fix: 'use another data folder' });
  }
  return ok(key);
}

/** Writes a key file; a crash leaves no half key behind. */
export function writeKeyFile<T extends OwnedFile>(file: string, key: T): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  chmodSync(dirname(file), 0o700);
  writeWholeFile(file, `${JSON.stringify(key, null, 2)}\n`);
}
