import { ok, type Result, refuse } from '@creance/proto';
import { type ConnectionInjector, type Server, ServerCredentials } from '@grpc/grpc-js';
import { configurationFault, type StartFault } from '../start-fault.js';
import { devOwnerMay } from './access.js';
import {
  type Admission,
  type Connections,
  devOwnerAdmission,
  memberAdmission,
} from './admission.js';
import type { EdgeOptions } from './edge-options.js';
import type { Flight } from './flight.js';
import { Front, type TlsMaterial } from './front.js';
import { handlersOf } from './handlers.js';
import type { Health } from './health.js';
import type { EdgeLimits } from './limits.js';
import type { LoopGuard } from './loop-guard.js';
import type { Report } from './report.js';
import { edgeMethods, makeServer, serviceNames } from './server.js';
import { Shares } from './shares.js';
import type { StreamHub } from './stream-hub.js';

/** One listener with the grpc-js server behind it. */
export interface Entrance {
  readonly front: Front;
  readonly server: Server;
  readonly injector: ConnectionInjector;
  readonly health: Health;
}

/** What all entrances share. */
export interface Shared {
  readonly options: EdgeOptions;
  readonly limits: EdgeLimits;
  readonly report: Report;
  readonly flight: Flight;
  readonly hub: StreamHub;
  readonly guard: LoopGuard;
  readonly state: { draining: boolean };
}

/** Where members come in: by proofs, over TLS where there is TLS. */
export function memberEntrance(shared: Shared): Result<Entrance, StartFault> {
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

/** Where the owner of a development broker comes in. */
export function ownerEntrance(shared: Shared): Entrance {
  const mayCall = new Set(
    edgeMethods.filter(({ service }) => devOwnerMay[service]).map(({ path }) => path),
  );
  const { connectionsPerAddress: connections } = shared.limits;
  // One person on one machine: the bound of an address is the bound of all.
  const limits = { ...shared.limits, connections, strangersPerAddress: connections };
  return entrance(shared, undefined, limits, () => devOwnerAdmission((path) => mayCall.has(path)));
}

function entrance(
  { options, report, flight, hub, guard, state }: Shared,
  tls: TlsMaterial | undefined,
  limits: EdgeLimits,
  admissionOf: (connections: Connections) => Admission,
): Entrance {
  const isDraining = () => state.draining;
  const shares = new Shares(limits);
  // Late alone is no backlog: the machine may have stood still, and nobody waits.
  const isBusy = () =>
    flight.running >= limits.loopCallsInFlight && guard.lagMillis() > limits.loopLagMillis;
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
      isBusy,
      shares,
      nonce: () => judge.nonce(),
    },
    { ...options, feed, hub, serviceNames, drop: (peer) => front.connections.drop(peer) },
  );
  const onBytes = (peer: string, bytes: number) => front.connections.pay(peer, bytes);
  const server = makeServer(limits, handlers, {
    entropy,
    report,
    isDraining,
    isBusy,
    shares,
    onBytes,
  });
  // TLS is the front's; what comes out of it is plain HTTP/2.
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  return { front, server, injector, health };
}
