import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Clock, Verifier, VerifierEvent, VerifierOptions } from '@creance/verifier';
import { creanceFastify, requireScopes } from '@creance/verifier/fastify';
import { joinVerifier } from '@creance/verifier/grpc';
import Fastify from 'fastify';
import type { BrokerProcess } from './broker-process.js';
import type { ResourceName } from './flow-manifest.js';

const scopesOf: Readonly<Record<ResourceName, string>> = {
  crm: 'contacts:read',
  mail: 'mail:send',
  tickets: 'tickets:list',
};

/**
 * A service on loopback, protected by the real wrapper. `/things` answers at once, `/slow` when `finish`
 * is called.
 */
export class HttpResource {
  readonly name: ResourceName;
  readonly origin: string;
  readonly verifier: Verifier;
  readonly events: VerifierEvent[];
  readonly #server: Server;
  readonly #slow = new Set<() => void>();
  #beginnings: (() => void)[] = [];

  private constructor(
    name: ResourceName,
    server: Server,
    verifier: Verifier,
    events: VerifierEvent[],
  ) {
    this.name = name;
    this.origin = originOf(server);
    this.verifier = verifier;
    this.events = events;
    this.#server = server;
  }

  /** Joins as the verifier of a resource of the manifest and waits for the first whole view. */
  static async join(
    broker: Pick<BrokerProcess, 'data' | 'joinString'>,
    name: ResourceName,
    options: Pick<VerifierOptions, 'nonce' | 'publicOrigin' | 'maxStaleSeconds'> & {
      readonly clock?: Clock;
    } = {},
  ): Promise<HttpResource> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const events: VerifierEvent[] = [];
    const verifier = await joinVerifier({
      join: await broker.joinString('verifier', name),
      keyFile: join(broker.data, `${name}-${(server.address() as AddressInfo).port}.key.json`),
      publicOrigin: originOf(server),
      onEvent: (event) => void events.push(event),
      ...options,
    });
    await verifier.ready();
    const resource = new HttpResource(name, server, verifier, events);
    await resource.#serve();
    return resource;
  }

  /** The only scope that its routes ask for. */
  get scope(): string {
    return scopesOf[this.name];
  }

  get url(): string {
    return `${this.origin}/things`;
  }

  /** Resolves when a slow call has begun. */
  begun(): Promise<void> {
    return new Promise((resolve) => this.#beginnings.push(resolve));
  }

  /** Lets every slow call have its answer. */
  finish(): void {
    for (const answer of this.#slow) answer();
    this.#slow.clear();
  }

  async close(): Promise<void> {
    this.finish();
    await this.verifier.close();
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }

  async #serve(): Promise<void> {
    const app = Fastify({
      serverFactory: (handler) => this.#server.on('request', handler),
    });
    await app.register(creanceFastify(this.verifier));
    const preHandler = requireScopes(this.scope);
    app.get('/things', { preHandler }, async ({ identity }) => ({
      things: 2,
      stale: identity?.stale,
    }));
    app.post('/things', { preHandler }, async () => ({ made: 1 }));
    app.get('/slow', { preHandler }, async () => {
      const answered = new Promise<void>((resolve) => this.#slow.add(resolve));
      for (const begun of this.#beginnings.splice(0)) begun();
      await answered;
      return { things: 2 };
    });
    await app.ready();
  }
}

function originOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
