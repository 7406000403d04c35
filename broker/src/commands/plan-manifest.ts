import { ok, type SessionId } from '@creance/proto';
import { type Change, planRegistry } from '../domain/plan.js';
import { countTouched, type LivePath } from '../domain/plan-touched.js';
import type { CurrentRegistry, MemberRef } from '../domain/registry.js';
import type { Store } from '../store/store.js';
import type { Command } from './call.js';
import { type ManifestSource, manifestOf, type SourceParts } from './manifest-source.js';

/** Parts of the verb. */
export interface PlanManifestParts extends SourceParts {
  readonly registry: CurrentRegistry;
  readonly store: Pick<Store, 'manifest' | 'proposals' | 'liveSessions'>;
}

/** What would change. */
export interface ManifestPlan {
  /** The version in force; zero when none is kept. */
  readonly version: number;
  readonly changes: readonly (Change & { readonly sessions: number })[];
  /** Live sessions that would end. */
  readonly sessionsEnding: number;
}

/** Says what a manifest would change, and whom it would touch. Changes nothing. */
export function planManifest(parts: PlanManifestParts): Command<ManifestSource, ManifestPlan> {
  const { registry, store } = parts;
  return async (source, { now }) => {
    const found = manifestOf(parts, source, now);
    if (!found.ok) return found;
    const [before, after] = [registry(), found.value.registry];
    const touched = countTouched(before, after, livePaths(store));
    const changes = planRegistry(before, after).map((change) => ({
      ...change,
      sessions: touched.of(change.subject),
    }));
    const version = store.manifest()?.version ?? 0;
    return ok({ version, changes, sessionsEnding: touched.ending });
  };
}

/** Every live session with those above it. A parent lives as long as its children. */
function* livePaths(store: Pick<Store, 'liveSessions'>): Generator<LivePath> {
  const all = store.liveSessions({ size: Number.MAX_SAFE_INTEGER, after: undefined });
  const byId = new Map(all.map((session) => [session.id, session]));
  for (const { id } of all) {
    const path: MemberRef[] = [];
    let at: SessionId | undefined = id;
    while (at !== undefined) {
      const session = byId.get(at);
      if (session !== undefined) path.unshift({ kind: session.kind, name: session.name });
      at = session?.parent;
    }
    yield path;
  }
}
