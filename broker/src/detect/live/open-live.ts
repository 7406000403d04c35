import type { Workload } from '../../domain/registry.js';
import type { Session } from '../../domain/session.js';
import type { Engine, Watched } from '../watch/engine.js';
import { Envelope } from '../watch/envelope.js';
import type { KeptSession } from './kept-session.js';
import type { LiveSession } from './live-session.js';
import { Spread } from './spread.js';
import type { WatchedWorkloads } from './watched-workloads.js';

/** What a session that is to be watched begins with. */
export interface ToWatch {
  readonly session: Session;
  readonly workload: Workload;
  readonly parent: LiveSession | undefined;
  readonly root: LiveSession | undefined;
  /** As it was kept before a restart. */
  readonly kept: KeptSession | undefined;
}

/**
 * Begins to watch a session, or goes on as it was kept: its own state, that of its tree, and that which takes
 * every rule. What cannot be read begins anew. Undefined when there is no room.
 */
export function openLive(
  engine: Engine,
  workloads: WatchedWorkloads,
  { session, workload, parent, root, kept }: ToWatch,
): LiveSession | undefined {
  const profile = workloads.profileOf(workload);
  const envelope = workloads.envelopeOf(workload);
  const restored = (bytes: Uint8Array | undefined, by: Envelope): Watched | undefined =>
    bytes?.byteLength ? engine.restore(bytes, profile, by) : undefined;
  const watched =
    restored(kept?.snapshot, envelope) ?? engine.open(profile, envelope, parent?.watched);
  if (watched === undefined) return undefined;
  if (root === undefined) watched.tree = restored(kept?.tree, envelope);
  else {
    root.watched.tree ??= engine.openTree(root.watched);
    watched.tree = root.watched.tree;
  }
  return {
    id: session.id,
    parent: session.parent,
    root: root?.id ?? session.id,
    workload: workload.name,
    watched,
    unsilenced: restored(kept?.unsilenced, new Envelope(workload.pace)),
    imposed: kept?.imposed ?? 'calm',
    endedAtMillis: undefined,
    asked: new Set(kept?.rest.asked),
    seen: kept?.rest.seen && { ...kept.rest.seen },
    spread: kept?.rest.spread && new Spread(undefined, kept.rest.spread),
    reporter: '',
    place: undefined,
    points: [],
    decisions: [],
  };
}
