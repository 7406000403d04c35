import { ok, type Result, refuse } from '@creance/proto';
import type { Denial } from '../domain/denial.js';
import type { Registry } from '../domain/registry.js';
import type { Store } from '../store/store.js';

/** A manifest by its text, or a version that is kept. */
export type ManifestSource =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'version'; readonly version: number };

/** A manifest in which nothing is wrong and that this broker may have. */
export interface FitManifest {
  readonly text: string;
  /** SHA-256 of the text, base64url. */
  readonly hash: string;
  readonly registry: Registry;
}

/** Checks the text of a manifest: its faults are in the denial, by place. */
export type CheckManifest = (text: string) => Result<FitManifest, Denial>;

/** Parts that read what a call names. */
export interface SourceParts {
  readonly store: Pick<Store, 'manifest'>;
  readonly check: CheckManifest;
}

/** The manifest that a call brings or names. */
export function manifestOf(
  { store, check }: SourceParts,
  source: ManifestSource,
): Result<FitManifest & { readonly version: number | undefined }, Denial> {
  const kept = source.kind === 'version' ? store.manifest(source.version) : undefined;
  if (source.kind === 'version' && kept === undefined)
    return refuse({ reason: 'manifest_version_unknown', detail: { version: source.version } });
  const text = source.kind === 'text' ? source.text : (kept?.text ?? '');
  const checked = check(text);
  return checked.ok ? ok({ ...checked.value, version: kept?.version }) : checked;
}
