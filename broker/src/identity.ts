import { accessSync, chmodSync, constants, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeBase64url, ok, type Result, refuse } from '@creance/proto';
import type { Entropy } from './runtime/entropy.js';
import { configurationFault, type StartFault } from './start-fault.js';
import type { StoreIdentity } from './store/store.js';
import { writeWholeFile } from './whole-file.js';

/**
 * Gives the identity of a data folder, and fixes it on the first start. A development broker has an
 * issuer of its own that nobody else can have; its folder is marked for ever, and each kind refuses the
 * other's.
 */
export function identityOf(
  directory: string,
  mode: { readonly dev: boolean; readonly issuer: string | undefined },
  entropy: Entropy,
): Result<StoreIdentity, StartFault> {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    chmodSync(directory, 0o700);
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    return refuse(unwritable(directory, error as NodeJS.ErrnoException));
  }
  const file = join(directory, 'identity.json');
  if (!existsSync(file)) {
    const issuer = mode.dev ? devIssuer(entropy) : mode.issuer;
    if (issuer === undefined) {
      return refuse(
        configurationFault(
          'issuer_missing',
          'the manifest names no issuer',
          'add issuer: https://… to the manifest',
        ),
      );
    }
    writeWholeFile(file, `${JSON.stringify({ issuer, dev: mode.dev })}\n`);
  }
  const identity = parseIdentity(readFileSync(file, 'utf8'));
  if (identity === undefined) {
    return refuse(
      configurationFault(
        'identity_unreadable',
        `${file} is not an identity`,
        'restore it from a backup',
      ),
    );
  }
  return checked(identity, mode, directory);
}

/** The identity of a data folder that has one, for a start that makes nothing. */
export function existingIdentity(
  directory: string,
  dev: boolean,
): Result<StoreIdentity, StartFault> {
  const file = join(directory, 'identity.json');
  const identity = existsSync(file) ? parseIdentity(readFileSync(file, 'utf8')) : undefined;
  if (identity === undefined) {
    const line = `${file} is not an identity`;
    return refuse(
      configurationFault('identity_unreadable', line, 'name the data folder with --data'),
    );
  }
  return checked(identity, { dev, issuer: identity.issuer }, directory);
}

function unwritable(directory: string, { code }: NodeJS.ErrnoException): StartFault {
  return configurationFault(
    'data_unwritable',
    `${directory} cannot be the data folder: ${code ?? 'unknown'}`,
    'make it a folder of the user of the broker (chown), or name another one with --data',
  );
}

function checked(
  identity: StoreIdentity,
  mode: { readonly dev: boolean; readonly issuer: string | undefined },
  directory: string,
): Result<StoreIdentity, StartFault> {
  if (identity.dev !== mode.dev) {
    const line = identity.dev
      ? `${directory} belongs to a development broker, for ever`
      : `${directory} belongs to the broker ${identity.issuer} and not to a development broker`;
    return refuse(
      configurationFault('identity_of_other_kind', line, 'name another folder with --data'),
    );
  }
  if (!mode.dev && identity.issuer !== mode.issuer) {
    const line = `${directory} belongs to ${identity.issuer}, the manifest says ${mode.issuer}`;
    return refuse(
      configurationFault(
        'identity_of_other_issuer',
        line,
        'correct the issuer, or name another folder with --data',
      ),
    );
  }
  return ok(identity);
}

function devIssuer(entropy: Entropy): string {
  const random = encodeBase64url(entropy.bytes(9))
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '0');
  return `https://dev.${random}.invalid`;
}

function parseIdentity(text: string): StoreIdentity | undefined {
  try {
    const { issuer, dev } = JSON.parse(text) as Partial<StoreIdentity>;
    return typeof issuer === 'string' && typeof dev === 'boolean' ? { issuer, dev } : undefined;
  } catch {
    return undefined;
  }
}
