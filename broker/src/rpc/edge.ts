import { ok, type Result } from '@creance/proto';
import type { StartFault } from '../start-fault.js';
import type { EdgeOptions } from './edge-options.js';
import { type Entrance, memberEntrance, ownerEntrance, type Shared } from './entrance.js';
import { Flight } from './flight.js';
import type { TlsMaterial } from './front.js';
import { edgeLimits } from './limits.js';
import { openLoopGuard } from './loop-guard.js';
import { listenForOwner, listenOn } from './place.js';
import { openReport } from './report.js';
import { StreamHub } from './stream-hub.js';

export type { EdgeOptions } from './edge-options.js';

/** The edge while it listens. */
export interface Edge {
  readonly port: number;
  /** `host:port`. */
  readonly address: string;
  readonly devSocketPath: string | undefined;
  /** How many there are now. */
  figures(): { readonly connections: number; readonly streams: number };
  /** Serves members by another certificate from the next handshake on. Throws when it cannot be used. */
  useTls(tls: TlsMaterial): void;
  /**
   * Accepts nothing more, refuses new calls with `shutting_down`, ends streams with it, waits for calls in
   * flight up to `limits.drainMillis`, ends subscriptions likewise, closes. A second call waits for the first.
   */
  drain(): Promise<void>;
}

/** Milliseconds for the last bytes of ended calls to leave. */
const lingerMillis = 500;

/** Starts to listen, or says why it cannot. */
export async function startEdge(options: EdgeOptions): Promise<Result<Edge, StartFault>> {
  const limits = edgeLimits(options.limits);
  const report = openReport({ ...options, limits });
  const shared: Shared = {
    options,
    limits,
    report,
    flight: new Flight(),
    hub: new StreamHub(options),
    guard: openLoopGuard(options.clock, limits.loopLookMillis),
    state: { draining: false },
  };
  const opened = await openEntrances(shared);
  if (!opened.ok) {
    shared.hub.close();
    shared.guard.stop();
    return opened;
  }
  const { port, entrances } = opened.value;
  let drained: Promise<void> | undefined;
  return ok({
    port,
    address: `${options.listen.host}:${port}`,
    devSocketPath: options.devSocketPath,
    figures: () => ({
      connections: entrances.reduce((sum, { front }) => sum + front.connections.size, 0),
      streams: shared.hub.size,
    }),
    // The owner's socket has no TLS, and takes none.
    useTls(tls) {
      for (const { front } of entrances) front.useTls(tls);
    },
    drain() {
      drained ??= drain(shared, entrances);
      return drained;
    },
  });
}

async function openEntrances(
  shared: Shared,
): Promise<Result<{ readonly port: number; readonly entrances: Entrance[] }, StartFault>> {
  const { listen, devSocketPath } = shared.options;
  const members = memberEntrance(shared);
  if (!members.ok) return members;
  const port = await listenOn(members.value.front.listener, listen);
  if (!port.ok) return port;
  if (devSocketPath === undefined) return ok({ port: port.value, entrances: [members.value] });
  const owner = ownerEntrance(shared);
  const socket = await listenForOwner(owner.front.listener, devSocketPath);
  if (socket.ok) return ok({ port: port.value, entrances: [members.value, owner] });
  members.value.front.stopListening();
  return socket;
}

async function drain(
  { limits, report, flight, hub, guard, state, options }: Shared,
  entrances: Entrance[],
) {
  state.draining = true;
  for (const { front } of entrances) front.stopListening();
  // Streams have no end of their own: each answers what it was asked, and the flight counts that.
  hub.close();
  if (!(await flight.whenEmpty(limits.drainMillis))) report.limitHit('drainMillis');
  guard.stop();
  options.feed.close();
  options.events.close();
  for (const { health, injector } of entrances) {
    health.stop();
    injector.drain(lingerMillis);
  }
  await Promise.all(entrances.map(({ front }) => front.connections.closeAll(lingerMillis)));
  for (const { server } of entrances) server.forceShutdown();
}
