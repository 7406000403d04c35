import type { Server } from 'node:https';
import type { Socket } from 'node:net';
import { ok, type Result, refuse } from '@creance/proto';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { limits as defaults } from '../domain/limits.js';
import { addressKey } from '../rpc/address.js';
import { plainAddress } from '../runtime/address.js';
import type { Clock } from '../runtime/clock.js';
import { openRate } from '../runtime/rate.js';
import { configurationFault, type StartFault } from '../start-fault.js';
import { boundConnections } from './connections.js';
import { rawRefusal, refuseHttp } from './fault.js';
import { keySetOf, type PublishedKey } from './jwks.js';

/** Parts of the HTTP door. */
export interface HttpDoorParts {
  /** Port 0 takes a free one. */
  readonly listen: { readonly host: string; readonly port: number };
  /** Plaintext without it. */
  readonly tls: { readonly certificate: Buffer; readonly key: Buffer } | undefined;
  /** The keys to publish at this moment. */
  readonly keys: () => readonly PublishedKey[];
  /** Whether the broker serves. */
  readonly isReady: () => boolean;
  readonly clock: Pick<Clock, 'monotonicMillis'>;
  /** A fresh request id. */
  readonly requestId: () => string;
  readonly limitHit: (name: string) => void;
  readonly onFault: (fault: Error, requestId: string) => void;
  /** Bounds that differ from `limits`. */
  readonly limits?: Partial<HttpBounds>;
}

type HttpBounds = Readonly<
  Record<
    | 'httpHeadBytes'
    | 'httpHeadMillis'
    | 'httpRequestMillis'
    | 'httpIdleMillis'
    | 'httpConnections'
    | 'httpConnectionsPerAddress'
    | 'httpBurst'
    | 'httpPerSecond'
    | 'rateKeys',
    number
  >
>;

/** The HTTP door while it listens. */
export interface HttpDoor {
  /** `http(s)://host:port`. */
  readonly origin: string;
  /** Serves by another certificate from the next handshake on; nothing without TLS. Throws when it cannot be used. */
  useTls(tls: NonNullable<HttpDoorParts['tls']>): void;
  close(): Promise<void>;
}

/** Seconds for which a key set may be kept: a token key is published a day before it signs. */
const keySetSeconds = 300;

/**
 * Opens the door for what speaks HTTP: health and public keys, read by anybody. Nothing here changes
 * anything, takes a body, or says who built it.
 */
export async function openHttpDoor(parts: HttpDoorParts): Promise<Result<HttpDoor, StartFault>> {
  const bounds: HttpBounds = { ...defaults, ...parts.limits };
  const ending = new WeakSet<Socket>();
  const made = makeServer(parts, bounds, ending);
  if (!made.ok) return made;
  const app = made.value;
  addGuards(app, parts, bounds, ending);
  addRoutes(app, parts);
  boundConnections(app.server, bounds, parts.limitHit);
  const { host, port } = parts.listen;
  try {
    await app.listen({ host, port });
  } catch (fault) {
    await app.close();
    return refuse(placeFault(fault as NodeJS.ErrnoException, `${host}:${port}`));
  }
  const bound = app.server.address();
  const boundPort = typeof bound === 'object' && bound !== null ? bound.port : port;
  const name = host.includes(':') ? `[${host}]` : host;
  return ok({
    origin: `${parts.tls === undefined ? 'http' : 'https'}://${name}:${boundPort}`,
    useTls(tls) {
      if (parts.tls !== undefined) (app.server as unknown as Server).setSecureContext(termsOf(tls));
    },
    close: () => app.close(),
  });
}

function makeServer(
  { tls, requestId }: HttpDoorParts,
  bounds: HttpBounds,
  ending: WeakSet<Socket>,
): Result<FastifyInstance, StartFault> {
  const server = {
    maxHeaderSize: bounds.httpHeadBytes,
    headersTimeout: bounds.httpHeadMillis,
    // How often it is looked whether one of them has passed.
    connectionsCheckingInterval: 1_000,
  };
  const options = {
    logger: false,
    bodyLimit: 1,
    requestTimeout: bounds.httpRequestMillis,
    keepAliveTimeout: bounds.httpIdleMillis,
    connectionTimeout: bounds.httpIdleMillis,
    forceCloseConnections: true,
    // The id is ours: one that a caller names could be made to look like another's.
    requestIdHeader: false,
    genReqId: requestId,
    frameworkErrors: (_fault: unknown, request: FastifyRequest, reply: FastifyReply) =>
      void refuseHttp(request, reply, 'request_malformed'),
    clientErrorHandler: (error: NodeJS.ErrnoException, socket: Socket) =>
      // Broken framing behind a body that was refused already: a second answer would be somebody else's.
      ending.has(socket) ? socket.destroySoon() : answerBytes(error, socket, requestId()),
  } as const;
  if (tls === undefined) return ok(Fastify({ ...options, http: server }));
  try {
    const https = { ...server, ...termsOf(tls) };
    return ok(Fastify({ ...options, https }) as unknown as FastifyInstance);
  } catch (fault) {
    return refuse(
      configurationFault(
        'tls_unusable',
        `certificate and key cannot be used: ${(fault as Error).message}`,
        'name a PEM certificate chain and its PEM key',
      ),
    );
  }
}

/** What a handshake goes by. */
const termsOf = ({ certificate, key }: NonNullable<HttpDoorParts['tls']>) =>
  ({ cert: certificate, key, minVersion: 'TLSv1.2' }) as const;

/** What comes is no request. It is answered, briefly, where somebody still listens. */
function answerBytes({ code }: NodeJS.ErrnoException, socket: Socket, requestId: string): void {
  const fault = code === 'HPE_HEADER_OVERFLOW' ? 'head_too_large' : 'request_malformed';
  if (socket.writable && code !== 'ECONNRESET') socket.write(rawRefusal(fault, requestId));
  socket.destroy();
}

function addGuards(
  app: FastifyInstance,
  parts: HttpDoorParts,
  bounds: HttpBounds,
  ending: WeakSet<Socket>,
): void {
  const { clock, limitHit } = parts;
  const rate = openRate(bounds.httpBurst, bounds.httpPerSecond, bounds.rateKeys);
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-content-type-options', 'nosniff');
    const key = addressKey(plainAddress(request.ip));
    const waitMillis = rate.take(key, clock.monotonicMillis());
    if (waitMillis > 0) {
      limitHit('httpPerSecond');
      reply.header('retry-after', Math.ceil(waitMillis / 1_000));
      return refuseHttp(request, reply, 'rate_limited');
    }
    const { 'content-length': length = '0', 'transfer-encoding': coding } = request.headers;
    if (length !== '0' || coding !== undefined) {
      reply.header('connection', 'close');
      ending.add(request.raw.socket);
      return refuseHttp(request, reply, 'body_not_allowed');
    }
    return undefined;
  });
  app.setNotFoundHandler((request, reply) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    return refuseHttp(request, reply, isRead ? 'not_found' : 'method_not_allowed');
  });
  app.setErrorHandler((fault: Error & { statusCode?: number }, request, reply) => {
    if ((fault.statusCode ?? 500) < 500) return refuseHttp(request, reply, 'request_malformed');
    parts.onFault(fault, request.id);
    return refuseHttp(request, reply, 'internal');
  });
}

function addRoutes(app: FastifyInstance, { keys, isReady }: HttpDoorParts): void {
  app.get('/healthz', (_request, reply) =>
    reply.header('cache-control', 'no-store').send({ status: 'live' }),
  );
  app.get('/readyz', (request, reply) =>
    isReady()
      ? reply.header('cache-control', 'no-store').send({ status: 'ready' })
      : refuseHttp(request, reply, 'not_ready'),
  );
  app.get('/.well-known/jwks.json', (_request, reply) =>
    reply
      .header('cache-control', `public, max-age=${keySetSeconds}`)
      .header('content-type', 'application/jwk-set+json')
      .send(JSON.stringify(keySetOf(keys()))),
  );
}

function placeFault({ code }: NodeJS.ErrnoException, place: string): StartFault {
  const fix = 'name another place with --http-listen, or none to do without';
  if (code === 'EADDRINUSE')
    return {
      code: 'http_port_in_use',
      lines: [`somebody listens on ${place} already`],
      fix: `stop it, or ${fix}`,
      exitCode: 75,
    };
  const words = code === 'EACCES' ? 'this user may not listen on' : 'cannot be listened on:';
  return configurationFault('http_place_unusable', `${words} ${place} (${code})`, fix);
}
