import type { Certificates } from './certificates.js';
import type { WatchedClock } from './clock-parts.js';
import { limits } from './domain/limits.js';
import type { EdgeParts } from './edge-parts.js';
import type { Feed } from './feed/feed.js';
import type { Edge } from './rpc/edge.js';
import type { History } from './store/history/history.js';
import type { Store } from './store/store.js';
import type { BrokerFigures, QueueFigures } from './telemetry/gauges.js';

/** The parts that are read. */
export interface FiguredParts {
  readonly store: Pick<Store, 'load'>;
  readonly feed: Pick<Feed, 'figures'>;
  readonly history: Pick<History, 'bytesWaiting'>;
  readonly edge: Pick<Edge, 'figures'>;
  readonly watched: Pick<WatchedClock, 'offMillis'>;
  readonly certificates: Pick<Certificates, 'remainingSeconds'>;
  readonly behind: {
    readonly witness: Pick<EdgeParts['witness'], 'figures'>;
    readonly watch: { readonly watch: { readonly sightingsWaiting: number } };
    readonly replays: { readonly size: number };
  };
}

/** Reads how full everything is that has a bound. */
export function figuresOf(parts: FiguredParts): BrokerFigures {
  const { store, feed, history, edge, behind, watched, certificates } = parts;
  const load = store.load();
  const feeding = feed.figures();
  const { connections, streams } = edge.figures();
  const witness = behind.witness.figures();
  const { observationsWaiting, observationsRefused } = limits;
  const queue = (name: string, depth: number, limit: number): QueueFigures => ({
    name,
    depth,
    limit,
  });
  return {
    sessionsLive: load.sessionsLive,
    streamsOpen: streams,
    feedLag: feeding.lag,
    clockOffMillis: watched.offMillis(),
    certificateSeconds: certificates.remainingSeconds(),
    queues: [
      queue('writes', load.writesWaiting, limits.writesWaiting),
      queue('cuts', load.cutsWaiting, limits.writesWaiting),
      queue('cuts_pending', load.cutsPending, limits.cutsJournalled),
      queue('observations', witness.actions, observationsWaiting - observationsRefused),
      queue('refused_observations', witness.refused, observationsRefused),
      queue('suspicions', witness.suspicions, limits.suspicions),
      queue('sightings', behind.watch.watch.sightingsWaiting, limits.sightingsHeld),
      queue('frames', feeding.framesWaiting, limits.framesWaiting),
      queue('subscribers', feeding.subscribers, limits.subscribers),
      queue('cuts_unacknowledged', feeding.cutsUnacknowledged, limits.cutsUnacknowledged),
      queue('connections', connections, limits.connections),
      queue('proofs', behind.replays.size, limits.proofsRemembered),
      queue('history_bytes', history.bytesWaiting, limits.historyWaitingBytes),
    ],
  };
}
