import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { OpenConnections } from './connections.js';
import type { EdgeLimits } from './limits.js';
import { clientPreface, peek } from './preface.js';
import type { Report } from './report.js';

/** Certificate chain and key, both PEM. */
export interface TlsMaterial {
  readonly certificate: Buffer;
  readonly key: Buffer;
}

/** Parts of a front. */
export interface FrontParts {
  readonly limits: EdgeLimits;
  readonly report: Pick<Report, 'limitHit'>;
  readonly tls: TlsMaterial | undefined;
  /** Hands over a connection that speaks HTTP/2. */
  readonly inject: (socket: Duplex) => void;
}

/**
 * Stands before grpc-js, which keeps every silent connection for ever. Until a connection has sent the
 * whole HTTP/2 preface, over TLS where there is TLS, it costs a socket and a timer and nothing else.
 */
export class Front {
  /** The socket that listens. */
  readonly listener: Server;
  readonly connections: OpenConnections;
  readonly #parts: FrontParts;
  readonly #secure: Securing | undefined;

  /** Throws when certificate and key are none. */
  constructor(parts: FrontParts) {
    this.#parts = parts;
    this.connections = new OpenConnections(parts.limits, parts.report);
    this.listener = createServer((socket) => this.#accept(socket));
    // Out of descriptors: the connection is lost, the broker is not.
    this.listener.on('error', () => parts.report.limitHit('connections'));
    this.#secure = parts.tls && securing(parts.tls);
  }

  /** Serves by another pair from the next handshake on. Throws, and changes nothing, when it cannot be used. */
  useTls(tls: TlsMaterial): void {
    this.#secure?.use(tls);
  }

  /** Accepts no further connection. */
  stopListening(): void {
    this.listener.close();
  }

  #accept(socket: Socket): void {
    // Whatever happens to a connection ends it; there is nobody to tell.
    socket.on('error', () => socket.destroy());
    if (!this.connections.add(socket)) return void socket.destroy();
    socket.setNoDelay(true);
    this.#greet(socket).catch(() => socket.destroy());
  }

  async #greet(socket: Socket): Promise<void> {
    const { limits } = this.#parts;
    await this.#within(socket, 'firstBytesMillis', limits.firstBytesMillis, peek(socket, 1));
    await this.#within(socket, 'handshakeMillis', limits.handshakeMillis, this.#handshake(socket));
  }

  async #handshake(socket: Socket): Promise<void> {
    const stream = this.#secure === undefined ? socket : await this.#secure.shake(socket);
    const head = await peek(stream, clientPreface.length);
    if (head.equals(clientPreface)) this.#parts.inject(stream);
    else socket.destroy();
  }

  /** Closes a connection that takes longer. */
  async #within(
    socket: Socket,
    limit: 'firstBytesMillis' | 'handshakeMillis',
    millis: number,
    step: Promise<unknown>,
  ): Promise<void> {
    const timer = setTimeout(() => {
      this.#parts.report.limitHit(limit);
      socket.destroy();
    }, millis);
    socket.once('close', () => clearTimeout(timer));
    await step;
    clearTimeout(timer);
  }
}

interface Securing {
  /** Gives the TLS side of a connection. */
  shake(socket: Socket): Promise<TLSSocket>;
  use(tls: TlsMaterial): void;
}

/** What a handshake goes by. */
const termsOf = ({ certificate, key }: TlsMaterial) =>
  ({ cert: certificate, key, minVersion: 'TLSv1.2' }) as const;

/** Makes the way from a connection to its TLS side. Throws when certificate and key are none. */
function securing(tls: TlsMaterial): Securing {
  const waiting = new Map<string, (secure: TLSSocket) => void>();
  const nameOf = ({ remoteAddress, remotePort }: Socket) => `${remoteAddress}:${remotePort}`;
  const server = createTlsServer({ ...termsOf(tls), ALPNProtocols: ['h2'] }, (secure) => {
    secure.on('error', () => secure.destroy());
    waiting.get(nameOf(secure))?.(secure);
  });
  return {
    use: (next) => server.setSecureContext(termsOf(next)),
    shake: (socket) =>
      new Promise((resolve) => {
        const name = nameOf(socket);
        waiting.set(name, resolve);
        socket.once('close', () => waiting.delete(name));
        server.emit('connection', socket);
      }),
  };
}
