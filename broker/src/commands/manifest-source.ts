import { type Handle, ok, type Result, refuse } from '@creance/proto';
import type { Denial } from '../domain/denial.js';
import type { Instant } from '../domain/instant.js';
import type { Registry } from '../domain/registry.js';
import type { Store } from '../store/store.js';

/** A manifest by its text, a version that is kept, or one that waits for a second person. */
export type ManifestSource =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'version'; readonly version: number }
  | { readonly kind: 'proposal'; readonly id: Handle };

/** A manifest in which nothing is wrong and that this broker may have. */
export interface FitManifest {
  readonly text: string;
  /** SHA-256 of the text, base64url. */
  readonly hash: string;
  readonly registry: Registry;
}

/** The same, with the version that it is; undefined where it is none that is kept. */
export interface SourcedManifest extends FitManifest {
  readonly version: number | undefined;
}

/** Checks the text of a manifest: its faults are in the denial, by place. */
export type CheckManifest = (text: string) => Result<FitManifest, Denial>;

/** Parts that read what a call names. */
export interface SourceParts {
  readonly store: Pick<Store, 'manifest' | 'proposals'>;
  readonly check: CheckManifest;
}

/** The manifest that a call brings or names. */
export function manifestOf(
  { store, check }: SourceParts,
  source: ManifestSource,
  now: Instant,
): Result<SourcedManifest, Denial> {
  const found = textOf(store, source, now);
  if (!found.ok) return found;
  const checked = check(found.value.text);
  return checked.ok ? ok({ ...checked.value, version: found.value.version }) : checked;
}

function textOf(
  store: SourceParts['store'],
  source: ManifestSource,
  now: Instant,
): Result<Pick<SourcedManifest, 'text' | 'version'>, Denial> {
  switch (source.kind) {
    case 'text':
      return ok({ text: source.text, version: undefined });
    case 'version': {
      const { version } = source;
      const kept = store.manifest(version);
      return kept === undefined
        ? refuse({ reason: 'manifest_version_unknown', detail: { version } })
        : ok(kept);
    }
    case 'proposal': {
      const act = store.proposals(now).find(({ id }) => id === source.id)?.act;
      return act?.kind === 'manifest'
        ? ok({ text: act.text, version: act.rolledBackTo })
        : refuse({ reason: 'proposal_unknown' });
    }
  }
}
