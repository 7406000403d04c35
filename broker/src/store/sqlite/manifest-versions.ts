import { ok, type Result, refuse } from '@creance/proto';
import type { ManifestApplied, ManifestApply } from '../manifest-asks.js';
import type { ApplyRefusal, StoreRefusal } from '../refusals.js';
import { changeRegistry, endsSessions } from './handle-cuts.js';
import { confirmationFault } from './proposing.js';
import type { Room } from './room.js';

/**
 * A manifest comes into force as one more version, and the sessions of members that leave end with it. The
 * audit record names the version, and what ended by it. Every manifest that waits for a second person is void
 * then: it was proposed against another version.
 */
export function applyManifest(
  room: Room,
  ask: ManifestApply,
): Result<ManifestApplied, Exclude<ApplyRefusal, StoreRefusal>> {
  const { manifests, proposals, limits } = room;
  const { expectedVersion, mayEndSessions, confirms, now } = ask;
  const fault = confirms && confirmationFault(room, confirms, now);
  if (fault !== undefined) return refuse(fault);
  if (expectedVersion !== undefined && expectedVersion !== manifests.newest())
    return refuse('manifest_version_conflict');
  if (!mayEndSessions && endsSessions(room, ask)) return refuse('manifest_ends_sessions');
  const version = manifests.insert(ask, limits.manifestVersionsKept);
  proposals.deleteKind('manifest');
  const audit = { ...ask.audit, facts: { ...ask.audit.facts, version } };
  const changed = changeRegistry(room, { ...ask, audit });
  return changed.ok ? ok({ ...changed.value, version }) : changed;
}
