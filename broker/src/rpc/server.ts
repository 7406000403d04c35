import {
  logVerbosity,
  type MethodDefinition,
  Server,
  setLogVerbosity,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { type ServiceName, services } from './access.js';
import { type GateParts, gate } from './gate.js';
import type { Handlers } from './handler-table.js';
import type { EdgeLimits } from './limits.js';

/** Names of the services. */
const serviceKeys: readonly ServiceName[] = Object.keys(services) as ServiceName[];

/** A method of a service by its path. */
export interface EdgeMethod {
  readonly service: ServiceName;
  readonly name: string;
  readonly path: string;
}

/** Every method of the edge. */
export const edgeMethods: readonly EdgeMethod[] = serviceKeys.flatMap((service) =>
  Object.entries<{ readonly path: string }>(services[service]).map(([name, { path }]) => ({
    service,
    name,
    path,
  })),
);

/** Full names of all services, as health and reflection know them. */
export const serviceNames: readonly string[] = [
  ...new Set(edgeMethods.map(({ path }) => path.slice(1, path.lastIndexOf('/')))),
];

/** Makes a server that works on bytes: what they mean is for the handlers, behind the gate. */
export function makeServer(
  limits: EdgeLimits,
  handlers: Handlers,
  gateParts: Omit<GateParts, 'limits' | 'isLarge' | 'isLong' | 'mayShed'>,
): Server {
  // What it has to say are entries of a stranger's metadata, with their values.
  setLogVerbosity(logVerbosity.NONE);
  const registryPaths = new Set(
    edgeMethods.filter(({ service }) => service === 'registry').map(({ path }) => path),
  );
  const isLarge = (path: string) => registryPaths.has(path);
  const isLong = (path: string) => path === services.session.stream.path;
  // What cuts, enforces or gives a place back goes on whatever the load (law 9).
  const waiting = new Set(
    edgeMethods
      .filter(({ service }) => service === 'session' || service === 'action')
      .map(({ path }) => path),
  );
  waiting.delete(services.session.endSession.path);
  const mayShed = (path: string) => waiting.has(path);
  const server = new Server({
    ...serverOptions(limits),
    interceptors: [gate({ ...gateParts, limits, isLarge, isLong, mayShed })],
  });
  for (const name of serviceKeys) {
    server.addService(rawService(services[name]), {
      ...handlers[name],
    } as UntypedServiceImplementation);
  }
  return server;
}

/**
 * The options of grpc-js that bound something. Header lists are bounded by node:http2 (64 KB, 128 pairs)
 * and then by the gate: grpc-js passes no smaller bound on.
 */
function serverOptions(limits: EdgeLimits) {
  return {
    'grpc.enable_channelz': 0,
    'grpc.max_receive_message_length': limits.messageBytes,
    'grpc.max_send_message_length': limits.registryMessageBytes,
    'grpc.max_concurrent_streams': limits.streamsPerConnection,
    'grpc.max_connection_age_ms': limits.connectionAgeMillis,
    'grpc.max_connection_age_grace_ms': limits.connectionAgeGraceMillis,
    'grpc.max_connection_idle_ms': limits.connectionIdleMillis,
    'grpc.keepalive_time_ms': limits.keepaliveMillis,
    'grpc.keepalive_timeout_ms': limits.keepaliveTimeoutMillis,
    'grpc-node.max_session_memory': limits.connectionMegabytes,
  };
}

const plain = (bytes: Buffer): Buffer => bytes;

function rawService(service: (typeof services)[ServiceName]) {
  const raw: Record<string, MethodDefinition<Buffer, Buffer>> = {};
  for (const [name, { path, requestStream, responseStream }] of Object.entries<RawShape>(service)) {
    raw[name] = {
      path,
      requestStream,
      responseStream,
      requestSerialize: plain,
      requestDeserialize: plain,
      responseSerialize: plain,
      responseDeserialize: plain,
    };
  }
  return raw;
}

interface RawShape {
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
}
