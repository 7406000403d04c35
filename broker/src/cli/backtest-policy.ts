import type { Declared } from '../detect/replay/played.js';
import { formatFaults, readManifest } from '../manifest/index.js';
import { DestinationKeys } from '../tokens/destination-keys.js';
import { CommandFailed } from './output.js';

/**
 * Reads what a manifest declares of its workloads. An actor is the workload of its name, or of its name
 * with `-` for what names of workloads do not hold: `agent:banking` is `agent-banking`.
 */
export async function readPolicy(file: string): Promise<(actor: string) => Declared | undefined> {
  const manifest = await readManifest(file, { dev: true });
  if (!manifest.ok) throw new CommandFailed(formatFaults(manifest.error));
  // Whether a task names a destination is said in history itself: nothing is compared with these hashes.
  const { hash } = new DestinationKeys(new Uint8Array(32));
  const { workloads } = manifest.value.registry(hash);
  return (actor) =>
    workloads.get(actor) ?? workloads.get(actor.toLowerCase().replaceAll(/[^a-z0-9._-]/g, '-'));
}
