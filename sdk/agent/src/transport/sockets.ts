import type { Socket } from 'node:net';
import { ChannelCredentials } from '@grpc/grpc-js';

type Connector = ReturnType<ChannelCredentials['_createSecureConnector']>;
type ConnectorAsk = Parameters<ChannelCredentials['_createSecureConnector']>;

/**
 * The sockets of one channel, which keep the process alive while a call waits for its reply and at no
 * other time. grpc-js holds the process for every open call, so that a stream that is open for hours
 * would never let it end; here the calls are counted instead, and streams are not.
 */
export class Sockets {
  readonly #sockets = new Map<Socket, () => void>();
  #waiting = 0;

  /** A call begins to wait; its end is told by the result. */
  begin(): () => void {
    this.#waiting += 1;
    if (this.#waiting === 1) this.#apply();
    return () => {
      this.#waiting -= 1;
      if (this.#waiting === 0) this.#apply();
    };
  }

  /** Takes a socket over: nobody else decides any more whether it keeps the process alive. */
  adopt(socket: Socket): void {
    const ref = socket.ref.bind(socket);
    const unref = socket.unref.bind(socket);
    socket.ref = () => socket;
    socket.unref = () => socket;
    const apply = () => void (this.#waiting > 0 ? ref() : unref());
    this.#sockets.set(socket, apply);
    socket.once('close', () => this.#sockets.delete(socket));
    apply();
  }

  #apply(): void {
    for (const apply of this.#sockets.values()) apply();
  }
}

/** Credentials that do as `inner` and hand each new connection to `sockets`. */
export class WatchedCredentials extends ChannelCredentials {
  readonly #inner: ChannelCredentials;
  readonly #sockets: Sockets;

  constructor(inner: ChannelCredentials, sockets: Sockets) {
    super();
    this.#inner = inner;
    this.#sockets = sockets;
  }

  override _isSecure(): boolean {
    return this.#inner._isSecure();
  }

  override _equals(other: ChannelCredentials): boolean {
    return this === other;
  }

  override _createSecureConnector(...ask: ConnectorAsk): Connector {
    const connector = this.#inner._createSecureConnector(...ask);
    return {
      connect: async (socket) => {
        const connected = await connector.connect(socket);
        this.#sockets.adopt(connected.socket);
        return connected;
      },
      waitForReady: () => connector.waitForReady(),
      getCallCredentials: () => connector.getCallCredentials(),
      destroy: () => connector.destroy(),
    };
  }
}
