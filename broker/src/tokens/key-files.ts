import type { KeyObject } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ok, type Result, refuse } from '@creance/proto';
import {
  type KeyFault,
  type KeyIdentity,
  type KeyPurpose,
  type OwnedFile,
  readKeyFile,
  writeKeyFile,
} from './key-file.js';
import {
  generatePrivateJwk,
  importPublicKey,
  type PrivateJwk,
  parsePrivateJwk,
  type Signer,
  signerOf,
  thumbprintOf,
} from './signing-key.js';

export type { KeyFault, KeyIdentity, KeyPurpose } from './key-file.js';

/** Purposes of keys that sign and are there once. */
export type SingleKeyPurpose = Exclude<KeyPurpose, 'token' | 'destinations'>;

/** A token key with the times of its life, all Unix seconds. */
export interface TokenKeyFile {
  readonly signer: Signer;
  /** It signs from then on, once it is the newest such key. */
  readonly signsFrom: number;
  /** Its tokens are refused from then on. */
  readonly retireAt: number;
}

interface KeyFile extends OwnedFile {
  readonly signsFrom?: number;
  readonly retireAt?: number;
  readonly jwk: PrivateJwk;
}

/** Loads the key of a purpose from `<folder>/<purpose>.json`, or makes it on the first start. */
export function loadOrCreateKey(
  folder: string,
  purpose: SingleKeyPurpose,
  identity: KeyIdentity,
): Result<Signer, KeyFault> {
  const file = join(folder, `${purpose}.json`);
  if (!existsSync(file))
    writeKeyFile<KeyFile>(file, { ...identity, purpose, jwk: generatePrivateJwk() });
  const read = readKeyFile(file, purpose, identity, parseKeyFile);
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
  writeKeyFile<KeyFile>(join(folder, 'tokens', `${signer.keyId}.json`), {
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
    const read = readKeyFile(file, 'token', identity, parseKeyFile);
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
  purpose: SingleKeyPurpose,
): ReadonlyMap<string, KeyObject> {
  const file = join(folder, `${purpose}.json`);
  const key = existsSync(file) ? parseKeyFile(readFileSync(file, 'utf8')) : undefined;
  const jwk = key && signerOf(key.jwk).jwk;
  const imported = jwk && importPublicKey(jwk);
  return new Map(jwk && imported ? [[thumbprintOf(jwk), imported]] : []);
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
