import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import net, { type AddressInfo, type Server, type Socket } from 'node:net';

/** What happens to bytes of a connection: all pass, none reach the client, none reach anybody. */
export type Passage = 'open' | 'deaf' | 'silent';

interface Pair {
  readonly near: Socket;
  readonly far: Socket;
  passage: Passage;
}

const ways = new AsyncLocalStorage<FaultyWay>();
const connect = net.connect;

/**
 * A way over TCP with faults, between some clients of this process and one address. What is `silent` stays
 * open and carries nothing, as where packets are dropped: neither side hears that the other has gone.
 */
export class FaultyWay {
  readonly #server: Server;
  readonly #farPort: number;
  readonly #pairs = new Set<Pair>();
  /** What new connections get; undefined: none is taken. */
  passage: Passage | undefined = 'open';

  private constructor(farPort: number) {
    this.#farPort = farPort;
    this.#server = net.createServer((near) => this.#accept(near));
  }

  static async open(address: string): Promise<FaultyWay> {
    const way = new FaultyWay(Number(new URL(address).port));
    way.#server.listen(0, '127.0.0.1');
    await once(way.#server, 'listening');
    // Who connects from within `through` gets here by the far address, which its proofs must name.
    net.connect = redirected as typeof net.connect;
    return way;
  }

  /** Runs something whose connections to the far address, also its later ones, go this way. */
  through<Value>(run: () => Value): Value {
    return ways.run(this, run);
  }

  /** How many connections it carries. */
  get size(): number {
    return this.#pairs.size;
  }

  /** Changes what happens to every connection that is there. */
  turn(passage: Passage): void {
    for (const pair of this.#pairs) apply(pair, passage);
  }

  /** Breaks every connection, as a machine does that goes down. */
  cut(): void {
    for (const { near, far } of this.#pairs) {
      near.destroy();
      far.destroy();
    }
  }

  /** Takes no connection and lets none carry anything: the network is gone for both sides. */
  part(): void {
    this.passage = undefined;
    this.turn('silent');
  }

  /** The network is back; connections of before are not. */
  heal(): void {
    this.passage = 'open';
    this.cut();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((closed) => this.#server.close(closed));
  }

  get ports(): { readonly near: number; readonly far: number } {
    return { near: (this.#server.address() as AddressInfo).port, far: this.#farPort };
  }

  #accept(near: Socket): void {
    near.on('error', () => near.destroy());
    if (this.passage === undefined) return void near.destroy();
    const far = connect({ port: this.#farPort, host: '127.0.0.1' });
    far.on('error', () => far.destroy());
    const pair: Pair = { near, far, passage: this.passage };
    this.#pairs.add(pair);
    near.on('data', (bytes) => far.write(bytes));
    far.on('data', (bytes) => near.write(bytes));
    const ended = (other: Socket) => () => {
      if (pair.passage === 'open') other.destroy();
      if (near.destroyed && far.destroyed) this.#pairs.delete(pair);
    };
    near.once('close', ended(far));
    far.once('close', ended(near));
    apply(pair, pair.passage);
  }
}

function apply(pair: Pair, passage: Passage): void {
  pair.passage = passage;
  const { near, far } = pair;
  if (passage === 'open') {
    near.resume();
    far.resume();
    return;
  }
  far.pause();
  if (passage === 'silent') near.pause();
}

function redirected(...asked: Parameters<typeof connect>): Socket {
  const way = ways.getStore();
  const target: unknown = asked[0];
  if (way === undefined || !isPort(target, way.ports.far)) return connect(...asked);
  const near = { ...target, port: way.ports.near, host: '127.0.0.1' };
  return Reflect.apply(connect, net, [near, ...asked.slice(1)]) as Socket;
}

function isPort(target: unknown, port: number): target is object {
  return typeof target === 'object' && target !== null && 'port' in target && target.port === port;
}
