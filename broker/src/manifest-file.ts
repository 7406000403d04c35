import { ok, type Result, refuse } from '@creance/proto';
import type { FitManifest } from './commands/manifest-source.js';
import type { BrokerConfig } from './config.js';
import type { HashDestination } from './domain/destination.js';
import { type CheckedManifest, formatFaults, readManifest } from './manifest/index.js';
import { fitManifest, fits } from './manifest-parts.js';
import { configurationFault, type StartFault } from './start-fault.js';
import type { StoreIdentity } from './store/store.js';

type ManifestPlace = Pick<BrokerConfig, 'manifest' | 'dev'>;

/** The broker's own file as it is at the start, or every fault of it. */
export function readFileAtStart(
  place: ManifestPlace,
): Promise<Result<CheckedManifest, StartFault>> {
  return read(place, 'correct the manifest; nothing was started');
}

/** The same while the broker runs: also for an issuer that is not the broker's own it is a fault. */
export async function readFileAgain(
  place: ManifestPlace,
  identity: StoreIdentity,
  hash: HashDestination,
): Promise<Result<FitManifest, StartFault>> {
  const manifest = await read(place, 'correct the manifest; the one before it holds');
  if (!manifest.ok) return manifest;
  return fits(manifest.value, identity)
    ? ok(fitManifest(manifest.value, hash))
    : refuse(issuerFixed(identity));
}

async function read(
  { manifest, dev }: ManifestPlace,
  fix: string,
): Promise<Result<CheckedManifest, StartFault>> {
  const checked = await readManifest(manifest, { dev });
  if (checked.ok) return checked;
  const lines = formatFaults(checked.error).split('\n');
  return refuse({ code: 'manifest_faulty', lines, fix, exitCode: 78 });
}

function issuerFixed({ issuer }: StoreIdentity): StartFault {
  return configurationFault(
    'manifest_issuer_fixed',
    `this broker is ${issuer}`,
    'leave the issuer of the manifest as it is',
  );
}
