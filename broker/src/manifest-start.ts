import { ok, type Result, refuse } from '@creance/proto';
import type { CheckManifest, FitManifest } from './commands/manifest-source.js';
import { planRegistry } from './domain/plan.js';
import type { Registry } from './domain/registry.js';
import { configurationFault, type StartFault } from './start-fault.js';
import type { ManifestText } from './store/store.js';

/** What a broker starts with. */
export interface StartingManifest {
  /** The registry until the file has come into force, if it does. */
  readonly registry: Registry;
  /** Whether the file comes into force. */
  readonly takesFile: boolean;
  /** The kept version that is in force in place of a file that differs. */
  readonly insteadOfFile: number | undefined;
}

/** The file of a broker, the version that its store keeps, and which of the two it is to go by. */
export interface StartingParts {
  readonly file: FitManifest;
  readonly kept: ManifestText | undefined;
  readonly check: CheckManifest;
  /** Development, or a start that takes the file by name. */
  readonly fileWins: boolean;
}

/**
 * Decides between the file and the kept version at the start. Outside development the kept one wins: a
 * restart with an old file must not take back, unseen, what an operator has applied since
 * (docs/decisions/0006).
 */
export function startingManifest(parts: StartingParts): Result<StartingManifest, StartFault> {
  const { file, kept, check, fileWins } = parts;
  const byFile = { registry: file.registry, takesFile: true, insteadOfFile: undefined };
  if (kept === undefined || kept.hash === file.hash) return ok(byFile);
  const checked = check(kept.text);
  if (fileWins) return ok(checked.ok ? { ...byFile, registry: checked.value.registry } : byFile);
  if (checked.ok) {
    const { registry } = checked.value;
    const isSame = planRegistry(registry, file.registry).length === 0;
    return ok({ registry, takesFile: false, insteadOfFile: isSame ? undefined : kept.version });
  }
  const faults = checked.error.fields?.map(({ field, fault }) => `${field}: ${fault}`) ?? [];
  const line = `version ${kept.version} of the manifest, which is in force, has faults`;
  const fix = 'start with --take-manifest to put the file in force';
  const fault = configurationFault('manifest_faulty', line, fix);
  return refuse({ ...fault, lines: [...fault.lines, ...faults] });
}
