import type { AuditEvent } from '../../domain/audit.js';
import type { Cuts } from './cuts.js';
import { type Entry, isUnended } from './entry.js';
import type { Limits } from './room.js';

/** Whose sessions a write has reached. */
export interface Reach {
  /** Names of workloads, ascending. */
  readonly workloads: readonly string[];
  /** Whether there may be others: a bound was hit, so that every owner has to be taken for one of them. */
  readonly isPartial: boolean;
}

type ReachLimits = Pick<Limits, 'reachWorkloads' | 'reachSessions'>;

/** Of the sessions given: as many names as a record holds. */
export function reachOf(entries: Iterable<Entry>, { reachWorkloads }: ReachLimits): Reach {
  const names = new Set<string>();
  for (const { session } of entries) {
    if (session.kind !== 'workload' || names.has(session.name)) continue;
    if (names.size >= reachWorkloads) return { workloads: [...names].sort(), isPartial: true };
    names.add(session.name);
  }
  return { workloads: [...names].sort(), isPartial: false };
}

/**
 * Of a session and those below it that have not ended. A cut costs the same whatever hangs below it, so
 * only so many are looked at.
 */
export function reachBelow(top: Entry, cuts: Cuts, limits: ReachLimits): Reach {
  if (!isUnended(top, cuts)) return { workloads: [], isPartial: false };
  const seen: Entry[] = [];
  const waiting: Entry[] = [top];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (seen.length >= limits.reachSessions) return { ...reachOf(seen, limits), isPartial: true };
    seen.push(at);
    for (const child of at.children ?? []) {
      if (!cuts.endsByHandle(child.session)) waiting.push(child);
    }
  }
  return reachOf(seen, limits);
}

/** The record of a write, with what it came to: whoever reads the audit need not work it out. */
export function withEffect(
  event: AuditEvent,
  effect: AuditEvent['facts'],
  reach?: Reach,
): AuditEvent {
  const reached = reach && {
    workloads: reach.workloads,
    ...(reach.isPartial && { moreWorkloads: true }),
  };
  return { ...event, facts: { ...event.facts, ...effect, ...reached } };
}
