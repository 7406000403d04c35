import { ok, type Result, refuse } from '@creance/proto';
import type { Denial } from '../domain/denial.js';
import { planRegistry } from '../domain/plan.js';
import { isRegistered, ownerOf, type Registry } from '../domain/registry.js';
import type { ManifestApplied, Store } from '../store/store.js';
import { actorOf, type Call, type Command } from './call.js';
import {
  type FitManifest,
  type ManifestSource,
  manifestOf,
  type SourceParts,
} from './manifest-source.js';
import { operatorReason } from './reason.js';

/** Puts a registry in force once it is written down; gives the one that it replaces to the writer. */
export type ChangeInForce = <V, E>(
  registry: Registry,
  write: (before: Registry) => Promise<Result<V, E>>,
) => Promise<Result<V, E>>;

/** Parts of the verb. */
export interface ApplyManifestParts extends SourceParts {
  readonly store: Pick<Store, 'manifest' | 'applyManifest'>;
  readonly change: ChangeInForce;
  /** Whether this is a development broker: there nobody needs a role to widen. */
  readonly dev: boolean;
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

/** What came into force. */
export interface ApplyManifestAnswer extends ManifestApplied {
  readonly changes: number;
  readonly widenings: number;
}

/**
 * Puts a manifest in force. Whatever widens needs the role policy, judged against the manifest that is
 * replaced and not against the one that somebody has looked at.
 */
export function applyManifest(
  parts: ApplyManifestParts,
): Command<ApplyManifestAsk, ApplyManifestAnswer> {
  return async (ask, call) => {
    const reason = operatorReason(ask.reason);
    if (!reason.ok) return reason;
    const found = manifestOf(parts, ask.source);
    if (!found.ok) return found;
    const manifest = found.value;
    return parts.change(manifest.registry, (before) =>
      write(parts, before, { ...ask, reason: reason.value, manifest }, call),
    );
  };
}

type Asked = ApplyManifestAsk & {
  readonly manifest: FitManifest & { readonly version: number | undefined };
};

async function write(
  { store, dev }: ApplyManifestParts,
  before: Registry,
  { manifest, reason, prune, expectedVersion }: Asked,
  call: Call,
): Promise<Result<ApplyManifestAnswer, Denial>> {
  const { text, hash, registry, version } = manifest;
  const changes = planRegistry(before, registry);
  const widening = changes.filter(({ widens }) => widens !== undefined);
  if (widening.length > 0 && !dev && !mayWiden(call)) {
    const [first] = widening;
    return refuse({ reason: 'widening_needs_policy', detail: { path: first?.path ?? '' } });
  }
  const widenings = widening.length;
  const rollback = version === undefined ? {} : { rolledBackTo: version };
  const applied = await store.applyManifest({
    text,
    hash,
    author: authorOf(call),
    reason,
    widenings,
    rolledBackTo: version,
    expectedVersion,
    mayEndSessions: prune,
    isRegistered: (member) => isRegistered(registry, member),
    ownerOf: (member) => ownerOf(registry, member),
    now: call.now,
    audit: {
      kind: 'manifest_applied',
      at: call.now,
      actor: actorOf(call),
      requestId: call.requestId,
      facts: { reason, hash, changes: changes.length, widenings, ...rollback },
    },
  });
  if (!applied.ok) return refuse({ reason: applied.error });
  return ok({ ...applied.value, changes: changes.length, widenings });
}

function mayWiden({ caller }: Call): boolean {
  if (caller.kind === 'session') return caller.roles.has('policy');
  return caller.kind === 'dev-owner' || caller.kind === 'broker';
}

function authorOf(call: Call): string {
  return call.caller.kind === 'session' ? call.caller.session.name : actorOf(call);
}
