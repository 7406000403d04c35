import { ok, type Result, refuse } from '@creance/proto';
import { type ConnectionInjector, type Server, ServerCredentials } from '@grpc/grpc-js';
import type { Authenticate } from '../attest/authenticate.js';
import type { Registry } from '../domain/registry.js';
import type { Openings } from '../feed/opening.js';
import type { Clock } from '../runtime/clock.js';
import type { Entropy } from '../runtime/entropy.js';
import { configurationFault, type StartFault } from '../start-fault.js';
import type { Meters } from '../telemetry/meters.js';
import type { ProofJudge } from '../tokens/proof-judge.js';
import { devOwnerMay } from './access.js';
import {
  type Admission,
  type Connections,
  devOwnerAdmission,
  memberAdmission,
} from './admission.js';
import { Flight } from './flight.js';
import { Front, type TlsMaterial } from './front.js';
import { type EdgeCommands, type EdgeFeed, handlersOf } from './handlers.js';
import type { Health } from './health.js';
import { type EdgeLimits, edgeLimits } from './limits.js';
import { listenForOwner, listenOn } from './place.js';
import { type EdgeLogger, openReport, type Report } from './report.js';
import { edgeMethods, makeServer, serviceNames } from './server.js';

/** Parts of the edge. */
export interface EdgeOptions {
  /** Port 0 takes a free one. */
  readonly listen: { readonly host: string; readonly port: number };
  /** Plaintext without it. */
  readonly tls?: TlsMaterial;
  /** Where the owner of a development broker calls. */
  readonly devSocketPath?: string;
  readonly authenticate: Authenticate;
  readonly judge: Pick<ProofJudge, 'nonce'>;
  readonly commands: EdgeCommands;
  /** Closed by `drain`. */
  readonly feed: EdgeFeed;
  readonly openings: Openings;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly meters: Meters;
  readonly logger: EdgeLogger;
  /** Bounds that differ from `domain/limits.ts`. */
  readonly limits?: Partial<EdgeLimits>;
}

/** The edge while it listens. */
export interface Edge {
  readonly port: number;
  /** `host:port`. */
  readonly address: string;
  readonly devSocketPath: string | undefined;
  /**
   * Accepts nothing more, refuses new calls with `shutting_down`, waits for calls in flight up to
   * `limits.drainMillis`, ends subscriptions with `shutting_down`, closes. A second call waits for the first.
   */
  drain(): Promise<void>;
}

/** One listener with the grpc-js server behind it. */
interface Entrance {
  readonly front: Front;
  readonly server: Server;
  readonly injector: ConnectionInjector;
  readonly health: Health;
}

interface Shared {
  readonly options: EdgeOptions;
  readonly limits: EdgeLimits;
  readonly report: Report;
  readonly flight: Flight;
  readonly state: { draining: boolean };
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
    state: { draining: false },
  };
  const members = memberEntrance(shared);
  if (!members.ok) return members;
  const bound = await listenOn(members.value.front.listener, options.listen);
  if (!bound.ok) return bound;
  const entrances = [members.value];
  if (options.devSocketPath !== undefined) {
    const owner = ownerEntrance(shared);
    const socket = await listenForOwner(owner.front.listener, options.devSocketPath);
    if (!socket.ok) {
      members.value.front.stopListening();
      return socket;
    }
    entrances.push(owner);
  }
  let drained: Promise<void> | undefined;
  return ok({
    port: bound.value,
    address: `${options.listen.host}:${bound.value}`,
    devSocketPath: options.devSocketPath,
    drain() {
      drained ??= drain(shared, entrances);
      return drained;
    },
  });
}

function memberEntrance(shared: Shared): Result<Entrance, StartFault> {
  const { options, limits, report } = shared;
  try {
    return ok(
      entrance(shared, options.tls, limits, (connections) =>
        memberAdmission({ ...options, limits, connections, report }),
      ),
    );
  } catch (fault) {
    if (options.tls === undefined) throw fault;
    return refuse(
      configurationFault(
        'tls_unusable',
        `certificate and key cannot be used: ${(fault as Error).message}`,
        'name a PEM certificate chain and its PEM key',
      ),
    );
  }
}

function ownerEntrance(shared: Shared): Entrance {
  const mayCall = new Set(
    edgeMethods.filter(({ service }) => devOwnerMay[service]).map(({ path }) => path),
  );
  const { connectionsPerAddress: connections } = shared.limits;
  // One person on one machine: the bound of an address is the bound of all.
  const limits = { ...shared.limits, connections, strangersPerAddress: connections };
  return entrance(shared, undefined, limits, () => devOwnerAdmission((path) => mayCall.has(path)));
}

function entrance(
  { options, report, flight, state }: Shared,
  tls: TlsMaterial | undefined,
  limits: EdgeLimits,
  admissionOf: (connections: Connections) => Admission,
): Entrance {
  const isDraining = () => state.draining;
  const front = new Front({
    limits,
    report,
    tls,
    inject: (socket) => injector.injectConnection(socket),
  });
  const { clock, entropy, judge, feed } = options;
  const { handlers, health } = handlersOf(
    {
      admission: admissionOf(front.connections),
      flight,
      report,
      clock,
      limits,
      isDraining,
      nonce: () => judge.nonce(),
    },
    { ...options, feed, serviceNames, drop: (peer) => front.connections.drop(peer) },
  );
  const server = makeServer(limits, handlers, { entropy, report, isDraining });
  // TLS is the front's; what comes out of it is plain HTTP/2.
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  return { front, server, injector, health };
}

async function drain({ limits, report, flight, state, options }: Shared, entrances: Entrance[]) {
  state.draining = true;
  for (const { front } of entrances) front.stopListening();
  if (!(await flight.whenEmpty(limits.drainMillis))) report.limitHit('drainMillis');
  options.feed.close();
  for (const { health, injector } of entrances) {
    health.stop();
    injector.drain(lingerMillis);
  }
  await Promise.all(entrances.map(({ front }) => front.connections.closeAll(lingerMillis)));
  for (const { server } of entrances) server.forceShutdown();
}
