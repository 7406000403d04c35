import type { KeyObject } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { ok, type Result, refuse } from '@creance/proto';
import { writeWholeFile } from '../whole-file.js';
import {
  generatePrivateJwk,
  importPublicKey,
  type PrivateJwk,
  parsePrivateJwk,
  type Signer,
  signerOf,
  thumbprintOf,
} from './signing-key.js';

/** What a key may sign. One key, one purpose; each purpose has its own `typ` or domain prefix. */
export type KeyPurpose = 'anchor' | 'feed' | 'audit' | 'token';

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

/** A token key with the times of its life, all Unix seconds. */
export interface TokenKeyFile {
  readonly signer: Signer;
  /** It signs from then on, once it is the newest such key. */
  readonly signsFrom: number;
  /** Its tokens are refused from then on. */
  readonly retireAt: number;
}

interface KeyFile extends KeyIdentity {
  readonly purpose: KeyPurpose;
  readonly signsFrom?: number;
  readonly retireAt?: number;
  readonly jwk: PrivateJwk;
}

/** Loads the key of a purpose from `<folder>/<purpose>.json`, or makes it on the first start. */
export function loadOrCreateKey(
  folder: string,
  purpose: Exclude<KeyPurpose, 'token'>,
  identity: KeyIdentity,
): Result<Signer, KeyFault> {
  const file = join(folder, `${purpose}.json`);
  if (!existsSync(file)) writeKeyFile(file, { ...identity, purpose, jwk: generatePrivateJwk() });
  const read = readKeyFile(file, purpose, identity);
  return read.ok ? ok(signerOf(read.value.jwk)) : read;
}

/** Makes a token key in a file of its own under `<folder>/tokens`. */
export function createTokenKey(
  folder: string,
  identity: KeyIdentity,
  life: { readonly signsFrom: number; readonly retireAt: number },
): TokenKeyFile {
  const jwk = generatePrivateJwk();
  const signer = signerOf(jwk);
  writeKeyFile(join(folder, 'tokens', `${signer.keyId}.json`), {
    ...identity,
    purpose: 'token',
    ...life,
    jwk,
  });
  return { signer, ...life };
}

/** Loads every token key that has not retired, oldest first; files of retired keys are removed. */
export function loadTokenKeys(
  folder: string,
  identity: KeyIdentity,
  nowSeconds: number,
): Result<TokenKeyFile[], KeyFault> {
  const keys: TokenKeyFile[] = [];
  const tokens = join(folder, 'tokens');
  if (!existsSync(tokens)) return ok(keys);
  for (const name of readdirSync(tokens).filter((entry) => entry.endsWith('.json'))) {
    const file = join(tokens, name);
    const read = readKeyFile(file, 'token', identity);
    if (!read.ok) return read;
    const { jwk, signsFrom, retireAt } = read.value;
    if (!isUnixSeconds(signsFrom) || !isUnixSeconds(retireAt)) return withoutTimes(file);
    if (retireAt <= nowSeconds) rmSync(file);
    else keys.push({ signer: signerOf(jwk), signsFrom, retireAt });
  }
  return ok(keys.sort((one, other) => one.signsFrom - other.signsFrom));
}

/** Removes the file of a token key that has retired. */
export function removeTokenKey(folder: string, { signer }: TokenKeyFile): void {
  rmSync(join(folder, 'tokens', `${signer.keyId}.json`), { force: true });
}

function isUnixSeconds(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

/** Never removed as retired: it may be the key that signs. */
function withoutTimes(file: string): Result<never, KeyFault> {
  const fault = 'the token key says not when it signs and retires';
  return refuse({ file, fault, fix: 'restore it from a backup, or remove it and start again' });
}

/** Public halves of the keys of a purpose, by key id: what an auditor needs, and no more. */
export function readPublicKeys(
  folder: string,
  purpose: Exclude<KeyPurpose, 'token'>,
): ReadonlyMap<string, KeyObject> {
  const file = join(folder, `${purpose}.json`);
  const key = existsSync(file) ? parseKeyFile(readFileSync(file, 'utf8')) : undefined;
  const jwk = key && signerOf(key.jwk).jwk;
  const imported = jwk && importPublicKey(jwk);
  return new Map(jwk && imported ? [[thumbprintOf(jwk), imported]] : []);
}

function readKeyFile(
  file: string,
  purpose: KeyPurpose,
  identity: KeyIdentity,
): Result<KeyFile, KeyFault> {
  if ((statSync(file).mode & 0o077) !== 0) {
    return refuse({
      file,
      fault: 'the key file can be read by others',
      fix: `chmod 600 ${file}; if others had access, remove it and start again`,
    });
  }
  const key = parseKeyFile(readFileSync(file, 'utf8'));
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

function parseKeyFile(text: string): KeyFile | undefined {
  try {
    const parsed = JSON.parse(text) as KeyFile;
    const jwk = parsePrivateJwk(parsed.jwk);
    return jwk === undefined ? undefined : { ...parsed, jwk };
  } catch {
    return undefined;
  }
}

/** A crash leaves no half key behind. */
function writeKeyFile(file: string, key: KeyFile): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  chmodSync(dirname(file), 0o700);
  writeWholeFile(file, `${JSON.stringify(key, null, 2)}\n`);
}
