import { ok, refuse } from '@creance/proto';
import type { ManifestText, ManifestVersion, Store } from '../store/store.js';
import type { Command } from './call.js';

/** Lists the manifests that are kept, newest first. */
export function listManifestVersions(
  store: Pick<Store, 'manifestVersions'>,
): Command<Record<string, never>, readonly ManifestVersion[]> {
  return async () => ok(store.manifestVersions());
}

/** Gives a manifest with its text; undefined means the one in force. */
export function getManifest(
  store: Pick<Store, 'manifest'>,
): Command<{ readonly version: number | undefined }, ManifestText> {
  return async ({ version }) => {
    const found = store.manifest(version);
    return found === undefined ? refuse({ reason: 'manifest_version_unknown' }) : ok(found);
  };
}
