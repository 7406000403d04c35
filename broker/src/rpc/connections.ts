import type { Socket } from 'node:net';
import { plainAddress } from '../runtime/address.js';
import { addressKey } from './address.js';
import type { Connections } from './admission.js';
import { BytesBeyond } from './bytes-beyond.js';
import type { EdgeLimits } from './limits.js';
import type { Report } from './report.js';

interface Connection {
  readonly socket: Socket;
  readonly key: string;
  /** Undefined over a unix socket: its owner is one person on this machine. */
  readonly beyond: BytesBeyond | undefined;
  known: boolean;
}

interface AddressCount {
  all: number;
  strangers: number;
}

/** Milliseconds between two looks at what connections have sent. */
const lookMillis = 500;

/**
 * The connections of a front, bounded in all and for each address. Those over which nobody genuine has
 * called yet have a bound of their own: they are strangers.
 */
export class OpenConnections implements Connections {
  readonly #limits: EdgeLimits;
  readonly #report: Pick<Report, 'limitHit'>;
  readonly #byPeer = new Map<string, Connection>();
  readonly #byAddress = new Map<string, AddressCount>();
  #added = 0;
  #looks: NodeJS.Timeout | undefined;
  #onEmpty: (() => void) | undefined;

  constructor(limits: EdgeLimits, report: Pick<Report, 'limitHit'>) {
    this.#limits = limits;
    this.#report = report;
  }

  /** How many there are. */
  get size(): number {
    return this.#byPeer.size;
  }

  /** Takes a connection in; gives false when a bound is reached, and then it is not. */
  add(socket: Socket): boolean {
    const { remoteAddress, remotePort } = socket;
    this.#added += 1;
    // A unix socket has no address: nobody asks for its connections by name.
    const peer = remoteAddress === undefined ? `#${this.#added}` : `${remoteAddress}:${remotePort}`;
    const key = addressKey(plainAddress(remoteAddress ?? ''));
    const count = this.#byAddress.get(key) ?? { all: 0, strangers: 0 };
    const reached = this.#boundReached(count);
    if (reached !== undefined) {
      this.#report.limitHit(reached);
      return false;
    }
    count.all += 1;
    count.strangers += 1;
    this.#byAddress.set(key, count);
    const beyond = remoteAddress === undefined ? undefined : new BytesBeyond(this.#limits);
    this.#byPeer.set(peer, { socket, key, beyond, known: false });
    this.#looks ??= setInterval(() => this.#look(), lookMillis).unref();
    socket.once('close', () => this.#remove(peer));
    return true;
  }

  isKnown(peer: string): boolean {
    return this.#byPeer.get(peer)?.known ?? false;
  }

  know(peer: string): void {
    const connection = this.#byPeer.get(peer);
    if (connection === undefined || connection.known) return;
    connection.known = true;
    const count = this.#byAddress.get(connection.key);
    if (count !== undefined) count.strangers -= 1;
  }

  /** Notes bytes that belong to a call, by the connection that it came over. */
  pay(peer: string, bytes: number): void {
    this.#byPeer.get(peer)?.beyond?.pay(bytes);
  }

  /** Closes a connection at once. */
  drop(peer: string): void {
    this.#byPeer.get(peer)?.socket.destroy();
  }

  /** Waits until there are none, so many milliseconds at most, then closes those that are left. */
  async closeAll(graceMillis: number): Promise<void> {
    if (this.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onEmpty = resolve;
    const timer = setTimeout(() => {
      for (const { socket } of this.#byPeer.values()) socket.destroy();
    }, graceMillis);
    await promise;
    clearTimeout(timer);
  }

  /** Closes what sends and does not call. */
  #look(): void {
    for (const { socket, beyond } of this.#byPeer.values()) {
      if (beyond?.isSpent(socket.bytesRead, lookMillis / 1_000, this.#limits) !== true) continue;
      this.#report.limitHit('bytesBeyondCalls');
      socket.destroy();
    }
  }

  #boundReached({ all, strangers }: AddressCount) {
    const { connections, connectionsPerAddress, strangersPerAddress } = this.#limits;
    if (this.size >= connections) return 'connections';
    if (all >= connectionsPerAddress) return 'connectionsPerAddress';
    return strangers >= strangersPerAddress ? 'strangersPerAddress' : undefined;
  }

  #remove(peer: string): void {
    const connection = this.#byPeer.get(peer);
    if (connection === undefined) return;
    this.#byPeer.delete(peer);
    const count = this.#byAddress.get(connection.key);
    if (count !== undefined) {
      count.all -= 1;
      if (!connection.known) count.strangers -= 1;
      if (count.all === 0) this.#byAddress.delete(connection.key);
    }
    if (this.size > 0) return;
    clearInterval(this.#looks);
    this.#looks = undefined;
    this.#onEmpty?.();
  }
}
