import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Creance, connect, type Session } from '@creance/sdk';
import type { Verifier } from '@creance/verifier';
import { creanceFastify, requireScopes } from '@creance/verifier/fastify';
import { joinVerifier } from '@creance/verifier/grpc';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { vi } from 'vitest';
import type { Sighting } from '../../broker/src/domain/action.js';
import type { MemberRef } from '../../broker/src/domain/registry.js';
import { quietMeters } from '../../broker/src/doubles/meters.js';
import { type HousekeepingParts, startHousekeeping } from '../../broker/src/housekeeping.js';
import { type Edge, startEdge } from '../../broker/src/rpc/edge.js';
import { systemClock } from '../../broker/src/runtime/clock.js';
import { type BrokerKeys, openKeys } from '../../broker/src/tokens/broker-keys.js';
import { type EdgeUnderTest, openParts } from './edge-parts.js';
import { audiences, flowManifest } from './flow-manifest.js';
import { soon } from './flow-operator.js';
import { roomy } from './under-attack.js';

/** What the agent asks for. */
export const contacts: { audience: string; scopes: string[] } = {
  audience: audiences.crm,
  scopes: ['contacts:read'],
};

/** Recipients, as the query of a request. */
export const recipients = (...values: string[]): string =>
  values.map((value) => `to=${encodeURIComponent(value)}`).join('&');

const logger = { info() {}, warn() {}, error() {} } as unknown as HousekeepingParts['logger'];

/**
 * A broker, a service behind a proxy that says whose request it is, and an agent, in one process. What comes
 * to the broker's witness room is written down.
 */
export class ObservedStage {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'creance-observed-'));
  readonly parts: EdgeUnderTest;
  /** What the broker's witness room was given since `renew`. */
  seen: Sighting[] = [];
  #edge: Edge | undefined;
  #keys: BrokerKeys | undefined;
  #verifier: Verifier | undefined;
  #app: FastifyInstance | undefined;
  #client: Creance | undefined;
  #session: Session | undefined;
  #port = 0;

  static async start(): Promise<ObservedStage> {
    const stage = new ObservedStage();
    await stage.#open();
    await stage.#serve();
    const join = await stage.#joinString({ kind: 'workload', name: 'triage' });
    stage.#client = await connect({ join });
    return stage;
  }

  private constructor() {
    const origin = () => `http://127.0.0.1:${this.#edge?.port}`;
    const manifest = flowManifest({ head: 'issuer: https://creance.example.internal' });
    this.parts = openParts(this.folder, origin, { meters: quietMeters, logger }, manifest);
    const { witness } = this.parts.behind;
    const { take } = witness;
    witness.take = (sightings) => {
      this.seen.push(...sightings.filter(({ refusal }) => refusal !== 'nonce_required'));
      return take(sightings);
    };
  }

  get client(): Creance {
    return there(this.#client);
  }

  /** The agent's session. */
  get session(): Session {
    return there(this.#session);
  }

  get port(): number {
    return this.#port;
  }

  urlOf(path: string): string {
    return `http://127.0.0.1:${this.#port}${path}`;
  }

  /** A session of its own for each test, of which nothing was seen. */
  async renew(): Promise<void> {
    this.seen = [];
    this.#session = await this.client.session();
  }

  /** Sends a request as the agent, and gives what its resource told of it. */
  async use(path: string, headers: Record<string, string> = {}): Promise<Sighting | undefined> {
    await this.session.fetch(this.urlOf(path), { ...contacts, headers });
    return this.told('strong');
  }

  /** What the resource, or the agent itself, has told of the session. */
  async told(strength: Sighting['strength']): Promise<Sighting | undefined> {
    const { id } = this.session;
    const ours = () => this.seen.find((each) => each.strength === strength && each.session === id);
    await vi.waitUntil(ours, soon);
    return ours();
  }

  /** The hash by the broker's own key; of what cannot be read, that of the canonical form of such. */
  hashOf(value: string): string {
    const hash = there(this.#keys).destinations.hash('crm', 'email', value);
    if (!hash.ok) throw new Error(hash.error);
    return hash.value;
  }

  async dispose(): Promise<void> {
    await this.#client?.close();
    await this.#verifier?.close();
    await this.#app?.close();
    await this.#edge?.drain();
    this.parts.events.close();
    await this.parts.behind.witness.close();
    await this.parts.behind.watch.close();
    await this.parts.store.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #open(): Promise<void> {
    const { feed, behind, store } = this.parts;
    const events = this.parts.events.hub;
    const listen = { host: '127.0.0.1', port: 0 };
    const started = await startEdge({ ...behind, feed, events, listen, logger, limits: roomy });
    if (!started.ok) throw new Error(started.error.lines.join());
    this.#edge = started.value;
    const opened = openKeys(join(this.folder, 'keys'), store.identity, systemClock.now());
    if (!opened.ok) throw new Error('the keys do not open');
    this.#keys = opened.value;
    const { ring } = opened.value;
    (await startHousekeeping({ store, ring, clock: systemClock, logger })).stop();
  }

  async #joinString(member: MemberRef): Promise<string> {
    const by = { caller: { kind: 'dev-owner' }, requestId: '', address: '' };
    const call = { ...by, now: systemClock.now() };
    const ask = { member, uses: 1, lifetimeSeconds: 0, networks: [] };
    const made = await this.parts.behind.commands.createJoinToken(ask, call as never);
    if (!made.ok) throw new Error(made.error.reason);
    return made.value.joinString;
  }

  /** Recipients stand in the query. */
  async #serve(): Promise<void> {
    const app = Fastify({ forceCloseConnections: true });
    this.#app = app;
    app.server.listen(0, '127.0.0.1');
    await once(app.server, 'listening');
    this.#port = (app.server.address() as AddressInfo).port;
    const verifier = await joinVerifier({
      join: await this.#joinString({ kind: 'verifier', name: 'crm' }),
      keyFile: join(this.folder, 'crm.key.json'),
      publicOrigin: `http://127.0.0.1:${this.#port}`,
    });
    this.#verifier = verifier;
    const clientAddress = ({ headers }: FastifyRequest) =>
      headers['x-real-ip'] as string | undefined;
    await app.register(creanceFastify(verifier, { behindProxy: true, clientAddress }));
    const destinations = ({ query }: FastifyRequest) =>
      [(query as { to?: string | string[] }).to ?? []]
        .flat()
        .map((value) => ({ kind: 'email' as const, value }));
    const reads = requireScopes(['contacts:read'], { destinations });
    const exports = requireScopes(['contacts:export'], { destinations });
    app.get('/contacts', { preHandler: reads }, async () => []);
    app.get('/export', { preHandler: exports }, async () => []);
    await app.ready();
    await verifier.ready();
  }
}

function there<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('the stage is not set');
  return part;
}
