import { ok, type Result, refuse } from '@creance/proto';
import type { Denial } from '../domain/denial.js';
import { planRegistry } from '../domain/plan.js';
import { isRegistered, ownerOf, type Registry } from '../domain/registry.js';
import type { Confirmation, ManifestApplied, Store } from '../store/store.js';
import { actorOf, type Call } from './call.js';
import type { FitManifest } from './manifest-source.js';

/** Puts a registry in force once it is written down; gives the one that it replaces to the writer. */
export type ChangeInForce = <V, E>(
  registry: Registry,
  write: (before: Registry) => Promise<Result<V, E>>,
) => Promise<Result<V, E>>;

/** What came into force. */
export interface ApplyManifestAnswer extends ManifestApplied {
  readonly changes: number;
  readonly widenings: number;
}

/** A manifest on its way into force, with whose will it is. */
export interface InForceAsk {
  readonly manifest: FitManifest;
  readonly rolledBackTo: number | undefined;
  readonly expectedVersion: number | undefined;
  readonly prune: boolean;
  readonly author: string;
  readonly reason: string;
  /** Whether it may widen: judged against what it replaces, at the moment that it does. */
  readonly mayWiden: boolean;
  readonly confirms?: (Confirmation & { readonly proposer: string }) | undefined;
}

/** Writes a manifest down and puts it in force; with a second person's word both names are in the audit. */
export async function putInForce(
  store: Pick<Store, 'applyManifest'>,
  before: Registry,
  ask: InForceAsk,
  call: Call,
): Promise<Result<ApplyManifestAnswer, Denial>> {
  const { manifest, reason, rolledBackTo, confirms } = ask;
  const { text, hash, registry } = manifest;
  const changes = planRegistry(before, registry);
  const widenings = changes.filter(({ widens }) => widens !== undefined).length;
  // Another manifest has come into force since this one was found to widen nothing.
  if (widenings > 0 && !ask.mayWiden) return refuse({ reason: 'manifest_version_conflict' });
  const applied = await store.applyManifest({
    text,
    hash,
    author: ask.author,
    reason,
    widenings,
    rolledBackTo,
    expectedVersion: ask.expectedVersion,
    mayEndSessions: ask.prune,
    confirms,
    isRegistered: (member) => isRegistered(registry, member),
    ownerOf: (member) => ownerOf(registry, member),
    now: call.now,
    audit: {
      kind: 'manifest_applied',
      at: call.now,
      actor: actorOf(call),
      requestId: call.requestId,
      facts: {
        reason,
        hash,
        changes: changes.length,
        widenings,
        ...(rolledBackTo !== undefined && { rolledBackTo }),
        ...confirmedFacts(confirms),
      },
    },
  });
  if (!applied.ok) return refuse({ reason: applied.error });
  return ok({ ...applied.value, changes: changes.length, widenings });
}

/** Both names of an act that a second person has confirmed. */
export function confirmedFacts(confirms: InForceAsk['confirms']): Record<string, string> {
  if (confirms === undefined) return {};
  const { id, digest, proposer, approver } = confirms;
  return { proposal: id, digest, proposer, approver };
}
