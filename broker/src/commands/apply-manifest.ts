import { type Result, refuse } from '@creance/proto';
import type { Denial } from '../domain/denial.js';
import { type Change, planRegistry } from '../domain/plan.js';
import type { CurrentRegistry } from '../domain/registry.js';
import type { Store } from '../store/store.js';
import { actorOf, type Call, type Command } from './call.js';
import {
  type ManifestSource,
  manifestOf,
  type SourcedManifest,
  type SourceParts,
} from './manifest-source.js';
import { needsSecond, type ProposeParts, propose, type Waits } from './propose.js';
import { type ApplyManifestAnswer, type ChangeInForce, putInForce } from './put-in-force.js';
import { operatorReason } from './reason.js';

/** Parts of the verb. */
export interface ApplyManifestParts extends SourceParts, ProposeParts {
  readonly store: Pick<Store, 'manifest' | 'proposals' | 'applyManifest' | 'propose'>;
  readonly registry: CurrentRegistry;
  readonly change: ChangeInForce;
}

/** What to put in force, over what, and why. */
export interface ApplyManifestAsk {
  readonly source: ManifestSource;
  /** The version that was planned against, zero for none; undefined: whichever is in force. */
  readonly expectedVersion: number | undefined;
  /** Whether live sessions may end by it. */
  readonly prune: boolean;
  readonly reason: string;
}

/**
 * Puts a manifest in force. Whatever widens needs the role policy and, outside development, a second person:
 * it waits for one. Judged against the manifest that is replaced, and not the one that somebody has looked at.
 */
export function applyManifest(
  parts: ApplyManifestParts,
): Command<ApplyManifestAsk, ApplyManifestAnswer | Waits> {
  return async (ask, call) => {
    const reason = operatorReason(ask.reason);
    if (!reason.ok) return reason;
    const found = manifestOf(parts, ask.source, call.now);
    if (!found.ok) return found;
    const asked = { ...ask, reason: reason.value, manifest: found.value };
    const mayWiden = !needsSecond(parts.dev, call);
    const widening = mayWiden ? undefined : firstWidening(parts, asked);
    if (widening !== undefined) return wait(parts, asked, widening, call);
    const { version, ...manifest } = found.value;
    const author = authorOf(call);
    const inForce = { ...asked, manifest, rolledBackTo: version, author, mayWiden };
    return parts.change(manifest.registry, (before) =>
      putInForce(parts.store, before, inForce, call),
    );
  };
}

type Asked = ApplyManifestAsk & { readonly manifest: SourcedManifest };

function firstWidening({ registry }: ApplyManifestParts, { manifest }: Asked): Change | undefined {
  return planRegistry(registry(), manifest.registry).find(({ widens }) => widens !== undefined);
}

/** Keeps what widens for a second person: over the version that is in force, as long as it is. */
async function wait(
  parts: ApplyManifestParts,
  { manifest, expectedVersion, prune, reason }: Asked,
  { path }: Change,
  call: Call,
): Promise<Result<Waits, Denial>> {
  if (!mayPropose(call)) return refuse({ reason: 'widening_needs_policy', detail: { path } });
  const baseVersion = parts.store.manifest()?.version ?? 0;
  if (expectedVersion !== undefined && expectedVersion !== baseVersion)
    return refuse({ reason: 'manifest_version_conflict' });
  const { text, hash, version: rolledBackTo } = manifest;
  return propose(
    parts,
    { kind: 'manifest', text, hash, baseVersion, rolledBackTo, prune },
    reason,
    call,
  );
}

function mayPropose({ caller }: Call): boolean {
  return caller.kind === 'session' && caller.roles.has('policy');
}

function authorOf(call: Call): string {
  return call.caller.kind === 'session' ? call.caller.session.name : actorOf(call);
}
