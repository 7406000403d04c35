import { createHmac, generateKeySync, hkdfSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  canonicalDestination,
  type DestinationFault,
  type DestinationHash,
  type DestinationKind,
  decodeBase64url,
  destinationHashOfMac,
  destinationKeyBytes,
  destinationMessage,
  ok,
  type Result,
} from '@creance/proto';
import {
  type KeyFault,
  type KeyIdentity,
  type OwnedFile,
  readKeyFile,
  writeKeyFile,
} from './key-file.js';

/** Keys that are kept at hand; more than a manifest has resources. */
const keptKeysMax = 10_000;

/** Domain prefix of a resource's key. */
const keyDomain = 'creance-destination-key-v1\0';

interface SecretFile extends OwnedFile {
  readonly secret: string;
}

/**
 * The keys by which destinations are hashed, one a resource: whoever has that of one resource can guess
 * the destinations of that resource and of no other. All come from one secret (HKDF-SHA256, RFC 5869).
 */
export class DestinationKeys {
  readonly #secret: Uint8Array;
  readonly #kept: Map<string, Buffer> = new Map();

  constructor(secret: Uint8Array) {
    this.#secret = secret;
  }

  /** The key of a resource by its registered name, 32 bytes: for its own verifiers and nobody else. */
  of(resource: string): Buffer {
    const kept = this.#kept.get(resource);
    if (kept !== undefined) return kept;
    const derived = hkdfSync('sha256', this.#secret, '', keyDomain + resource, destinationKeyBytes);
    const key = Buffer.from(derived);
    if (this.#kept.size >= keptKeysMax) this.#kept.clear();
    this.#kept.set(resource, key);
    return key;
  }

  /** Hashes a destination as the verifiers of the resource do. */
  readonly hash = (
    resource: string,
    kind: DestinationKind,
    value: string,
  ): Result<DestinationHash, DestinationFault> => {
    const canonical = canonicalDestination(kind, value);
    if (!canonical.ok) return canonical;
    const hmac = createHmac('sha256', this.of(resource));
    hmac.update(destinationMessage(kind, canonical.value), 'utf8');
    return ok(destinationHashOfMac(hmac.digest()));
  };
}

/**
 * Opens the keys by the secret in `<folder>/destinations.json`, or makes it on the first start. It is
 * never in the store: a copy of the store names no destination. When it is lost, what was learned of
 * destinations is forgotten, and nothing else.
 */
export function openDestinationKeys(
  folder: string,
  identity: KeyIdentity,
): Result<DestinationKeys, KeyFault> {
  const file = join(folder, 'destinations.json');
  if (!existsSync(file)) {
    const secret = generateKeySync('hmac', { length: 8 * destinationKeyBytes }).export();
    writeKeyFile<SecretFile>(file, {
      ...identity,
      purpose: 'destinations',
      secret: secret.toString('base64url'),
    });
  }
  const read = readKeyFile(file, 'destinations', identity, parseSecretFile);
  return read.ok ? ok(new DestinationKeys(secretOf(read.value.secret) as Uint8Array)) : read;
}

function parseSecretFile(text: string): SecretFile | undefined {
  try {
    const parsed = JSON.parse(text) as SecretFile;
    return secretOf(parsed.secret) === undefined ? undefined : parsed;
  } catch {
    return undefined;
  }
}

function secretOf(text: unknown): Uint8Array | undefined {
  const secret = typeof text === 'string' ? decodeBase64url(text) : undefined;
  return secret?.length === destinationKeyBytes ? secret : undefined;
}
