import type { Handle } from '@creance/proto';
import type { AuditEvent } from '../../domain/audit.js';
import { type Entry, isUnended } from './entry.js';
import type { Room } from './room.js';

/** Whose sessions a write has reached. */
export interface Reach {
  /** Names of workloads and of their owners when the sessions were opened, ascending. */
  readonly workloads: readonly string[];
  readonly owners: readonly string[];
  /** Whether there may be others: a bound was hit, so that every owner has to be taken for one of them. */
  readonly isPartial: boolean;
}

/** Of the sessions given: as many names as a record holds. */
export function reachOf({ members, limits }: Room, entries: Iterable<Entry>): Reach {
  const workloads = new Set<string>();
  const owners = new Set<Handle>();
  let isPartial = false;
  for (const { session } of entries) {
    if (session.kind !== 'workload') continue;
    if (workloads.size >= limits.reachWorkloads && !workloads.has(session.name)) {
      isPartial = true;
      break;
    }
    workloads.add(session.name);
    owners.add(session.owner);
  }
  const names = [...owners].flatMap((handle) => members.ownerOf(handle) ?? []);
  return { workloads: [...workloads].sort(), owners: names.sort(), isPartial };
}

/**
 * Of a session and those below it that have not ended. A cut costs the same whatever hangs below it, so
 * only so many are looked at.
 */
export function reachBelow(room: Room, top: Entry): Reach {
  const { mirror, limits } = room;
  const seen: Entry[] = [];
  const waiting: Entry[] = isUnended(top, mirror.cuts) ? [top] : [];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (seen.length >= limits.reachSessions) return { ...reachOf(room, seen), isPartial: true };
    seen.push(at);
    for (const child of at.children ?? []) {
      if (!mirror.cuts.endsByHandle(child.session)) waiting.push(child);
    }
  }
  return reachOf(room, seen);
}

/** The record of a write, with what it came to: whoever reads the audit need not work it out. */
export function withEffect(
  event: AuditEvent,
  effect: AuditEvent['facts'],
  reach?: Reach,
): AuditEvent {
  const reached = reach && {
    workloads: reach.workloads,
    owners: reach.owners,
    ...(reach.isPartial && { reachesMore: true }),
  };
  return { ...event, facts: { ...event.facts, ...effect, ...reached } };
}
