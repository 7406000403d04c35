import { encodeBase64url, ok, type Result, refuse } from '@creance/proto';
import type { Call } from './commands/call.js';
import { changeRegistry } from './commands/change-registry.js';
import type { CheckManifest, FitManifest } from './commands/manifest-source.js';
import { putInForce } from './commands/put-in-force.js';
import type { Denial } from './domain/denial.js';
import type { HashDestination } from './domain/destination.js';
import type { Registry } from './domain/registry.js';
import type { LiveRegistry } from './live-registry.js';
import { type CheckedManifest, type ManifestFaults, parseManifest } from './manifest/index.js';
import type { Clock } from './runtime/clock.js';
import type { Entropy } from './runtime/entropy.js';
import type { StartFault } from './start-fault.js';
import type { RegistryChanged, Store, StoreIdentity } from './store/store.js';

/** Faults that a refusal names: the rest come to light when these are mended. */
const faultsNamed = 8;

/** What checks the manifests of calls: as the broker checks its file, and for the issuer that it has. */
export function manifestCheck(identity: StoreIdentity, hash: HashDestination): CheckManifest {
  return (text) => {
    const parsed = parseManifest(text, 'manifest', { dev: identity.dev });
    if (!parsed.ok) return refuse(faulty(parsed.error));
    return fits(parsed.value, identity)
      ? ok(fitManifest(parsed.value, hash))
      : refuse({ reason: 'manifest_issuer_fixed', detail: { issuer: identity.issuer } });
  };
}

/** Whether a manifest is for this broker. A development broker has an issuer of its own, whatever it says. */
export function fits({ issuer }: CheckedManifest, { dev, issuer: own }: StoreIdentity): boolean {
  return dev || issuer === own;
}

/** A checked manifest with its registry. */
export function fitManifest(checked: CheckedManifest, hash: HashDestination): FitManifest {
  return { text: checked.text, hash: checked.hash, registry: checked.registry(hash) };
}

function faulty(faults: ManifestFaults): Denial {
  const fields = faults.slice(0, faultsNamed).map(({ line, column, path, problem, fix }) => ({
    field: path,
    fault: `${line}:${column} ${problem}; ${fix}`,
  }));
  return { reason: 'manifest_faulty', fields };
}

/** Parts that put the broker's own file in force. */
export interface OwnFileParts {
  readonly store: Pick<Store, 'manifest' | 'applyManifest' | 'changeRegistry'>;
  readonly registry: LiveRegistry;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

/** Ends the sessions of members that the registry in force does not hold, or that another owner has now. */
export async function enforce(
  { store, registry, ...doors }: OwnFileParts,
  inForce: Registry = registry.current(),
): Promise<Result<RegistryChanged, StartFault>> {
  const changed = await changeRegistry(store)(inForce, ownCall(doors));
  return changed.ok ? changed : refuse(notWritten(changed.error.reason));
}

/** What came of the broker's own file. */
export interface FileTaken {
  /** The version that is in force now. */
  readonly version: number;
  /** Whether another version was in force before: the first one changes nothing that was. */
  readonly replaces: boolean;
  /** Differences to what was in force; zero where the file is in force already. */
  readonly changes: number;
  readonly sessionsEnded: number;
}

/**
 * Puts the broker's own file in force, as whoever runs the broker wants it: as one more version, unless it
 * is the one in force already.
 */
export async function takeFile(
  parts: OwnFileParts,
  manifest: FitManifest,
  reason: string,
): Promise<Result<FileTaken, StartFault>> {
  const { store, registry, ...doors } = parts;
  const kept = store.manifest();
  if (kept?.hash === manifest.hash) {
    const same = await registry.change(manifest.registry, () => enforce(parts, manifest.registry));
    if (!same.ok) return same;
    const { sessionsEnded } = same.value;
    return ok({ version: kept.version, replaces: true, changes: 0, sessionsEnded });
  }
  const how = { rolledBackTo: undefined, expectedVersion: undefined, prune: true, mayWiden: true };
  const ask = { ...how, manifest, author: 'broker', reason };
  const applied = await registry.change(manifest.registry, (before) =>
    putInForce(store, before, ask, ownCall(doors)),
  );
  if (!applied.ok) return refuse(notWritten(applied.error.reason));
  const { version, changes, sessionsEnded } = applied.value;
  return ok({ version, replaces: kept !== undefined, changes, sessionsEnded });
}

function ownCall({ clock, entropy }: Pick<OwnFileParts, 'clock' | 'entropy'>): Call {
  return {
    requestId: encodeBase64url(entropy.bytes(16)),
    now: clock.now(),
    address: '',
    caller: { kind: 'broker' },
  };
}

function notWritten(code: string): StartFault {
  return {
    code,
    lines: ['the manifest could not be put in force'],
    fix: 'look at the disk of the data folder, and try again',
    exitCode: 75,
  };
}
