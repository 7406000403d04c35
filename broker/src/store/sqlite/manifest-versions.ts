import { ok, type Result, refuse } from '@creance/proto';
import type { ManifestApplied, ManifestApply } from '../manifest-asks.js';
import type { ApplyRefusal, StoreRefusal } from '../refusals.js';
import { changeRegistry, endsSessions } from './handle-cuts.js';
import type { Room } from './room.js';

/**
 * A manifest comes into force as one more version, and the sessions of members that leave end with it. The
 * audit record names the version, and what ended by it.
 */
export function applyManifest(
  room: Room,
  ask: ManifestApply,
): Result<ManifestApplied, Exclude<ApplyRefusal, StoreRefusal>> {
  const { manifests, limits } = room;
  const { expectedVersion, mayEndSessions } = ask;
  if (expectedVersion !== undefined && expectedVersion !== manifests.newest())
    return refuse('manifest_version_conflict');
  if (!mayEndSessions && endsSessions(room, ask)) return refuse('manifest_ends_sessions');
  const version = manifests.insert(ask, limits.manifestVersionsKept);
  const audit = { ...ask.audit, facts: { ...ask.audit.facts, version } };
  const changed = changeRegistry(room, { ...ask, audit });
  return changed.ok ? ok({ ...changed.value, version }) : changed;
}
