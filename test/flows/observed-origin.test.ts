import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect as dial } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { destinationUnreadable, type SessionId } from '@creance/proto';
import { type Creance, connect, type Session } from '@creance/sdk';
import type { Verifier } from '@creance/verifier';
import { creanceFastify, requireScopes } from '@creance/verifier/fastify';
import { joinVerifier } from '@creance/verifier/grpc';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Sighting } from '../../broker/src/domain/action.js';
import type { MemberRef } from '../../broker/src/domain/registry.js';
import { quietMeters } from '../../broker/src/doubles/meters.js';
import { type HousekeepingParts, startHousekeeping } from '../../broker/src/housekeeping.js';
import { type Edge, startEdge } from '../../broker/src/rpc/edge.js';
import { systemClock } from '../../broker/src/runtime/clock.js';
import { type BrokerKeys, openKeys } from '../../broker/src/tokens/broker-keys.js';
import { type EdgeUnderTest, openParts } from '../support/edge-parts.js';
import { audiences, flowManifest } from '../support/flow-manifest.js';
import { soon } from '../support/flow-operator.js';
import { roomy } from '../support/under-attack.js';

const contacts = { audience: audiences.crm, scopes: ['contacts:read'] };
const logger = { info() {}, warn() {}, error() {} } as unknown as HousekeepingParts['logger'];

const folder = mkdtempSync(join(tmpdir(), 'creance-origin-'));
let parts: EdgeUnderTest;
let keys: BrokerKeys;
let edge: Edge;
let verifier: Verifier;
let app: FastifyInstance;
let port: number;
let client: Creance;
let session: Session;
/** What the broker's witness room was given of the session. */
let seen: Sighting[];

beforeAll(async () => {
  const origin = () => `http://127.0.0.1:${edge.port}`;
  const manifest = flowManifest({ head: 'issuer: https://creance.example.internal' });
  parts = openParts(folder, origin, { meters: quietMeters, logger }, manifest);
  overhear(parts.behind.witness);
  const { feed, behind, store } = parts;
  const listen = { host: '127.0.0.1', port: 0 };
  const started = await startEdge({ ...behind, feed, listen, logger, limits: roomy });
  if (!started.ok) throw new Error(started.error.lines.join());
  edge = started.value;
  const opened = openKeys(join(folder, 'keys'), store.identity, systemClock.now());
  if (!opened.ok) throw new Error('the keys do not open');
  keys = opened.value;
  (await startHousekeeping({ store, ring: keys.ring, clock: systemClock, logger })).stop();
  await serve();
  client = await connect({ join: await joinString({ kind: 'workload', name: 'triage' }) });
});

beforeEach(async () => {
  seen = [];
  session = await client.session();
});

afterAll(async () => {
  await client.close();
  await verifier.close();
  await app.close();
  await edge.drain();
  await parts.behind.witness.close();
  await parts.behind.watch.close();
  await parts.store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Whatever comes to the room is written down first. */
function overhear(witness: EdgeUnderTest['behind']['witness']): void {
  const { take } = witness;
  witness.take = (sightings) => {
    seen.push(...sightings.filter(({ refusal }) => refusal !== 'nonce_required'));
    return take(sightings);
  };
}

async function joinString(member: MemberRef): Promise<string> {
  const call = {
    requestId: '',
    now: systemClock.now(),
    address: '',
    caller: { kind: 'dev-owner' },
  };
  const ask = { member, uses: 1, lifetimeSeconds: 0, networks: [] };
  const made = await parts.behind.commands.createJoinToken(ask, call as never);
  if (!made.ok) throw new Error(made.error.reason);
  return made.value.joinString;
}

/** A service behind a proxy that says whose request it is; recipients stand in the query. */
async function serve(): Promise<void> {
  app = Fastify({ forceCloseConnections: true });
  app.server.listen(0, '127.0.0.1');
  await once(app.server, 'listening');
  ({ port } = app.server.address() as AddressInfo);
  verifier = await joinVerifier({
    join: await joinString({ kind: 'verifier', name: 'crm' }),
    keyFile: join(folder, 'crm.key.json'),
    publicOrigin: `http://127.0.0.1:${port}`,
  });
  const clientAddress = ({ headers }: FastifyRequest) => headers['x-real-ip'] as string | undefined;
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

const urlOf = (path: string) => `http://127.0.0.1:${port}${path}`;
const recipients = (...values: string[]) =>
  values.map((value) => `to=${encodeURIComponent(value)}`).join('&');

/** Sends a request as the agent, and gives what its resource told of it. */
async function use(path: string, headers: Record<string, string>): Promise<Sighting | undefined> {
  await session.fetch(urlOf(path), { ...contacts, headers });
  return strongOne();
}

async function strongOne(): Promise<Sighting | undefined> {
  const ours = () => seen.find((each) => each.strength === 'strong' && each.session === session.id);
  await vi.waitUntil(ours, soon);
  return ours();
}

/** The hash by the broker's own key; of what cannot be read, that of the canonical form of such. */
function hashOf(value: string): string {
  const hash = keys.destinations.hash('crm', 'email', value);
  if (!hash.ok) throw new Error(hash.error);
  return hash.value;
}

describe('what a resource tells of a request', () => {
  // breaks when: verifier and broker hash, fold or order anything differently
  it('reaches the watch: network, client, and what it was aimed at by the hash of the broker', async () => {
    const sighting = await use(`/contacts?${recipients('Ann@EXAMPLE.com', 'bob@example.com')}`, {
      'user-agent': 'python-requests/2.32',
      'x-real-ip': '198.51.100.77',
    });
    expect(sighting).toMatchObject({
      outcome: 'allowed',
      network: '198.51.100.0/24',
      client: 'python-requests',
      destinations: [hashOf('Ann@example.com'), hashOf('bob@example.com')],
      vantage: { origin: true, destination: true, outcome: false },
    });
  });

  // breaks when: the origin is reported of allowed requests alone
  it('is told of what it refuses too', async () => {
    const sighting = await use(`/export?${recipients('ann@example.com')}`, {
      'user-agent': 'curl/8',
      'x-real-ip': '2001:db8:1:2::3',
    });
    expect(sighting).toMatchObject({
      outcome: 'refused',
      refusal: 'insufficient_scope',
      network: '2001:db8:1::/48',
      client: 'curl',
      destinations: [hashOf('ann@example.com')],
      vantage: { origin: true },
    });
  });

  it('is no network where the proxy names none: its own address is nobody’s', async () => {
    const sighting = await use('/contacts', { 'user-agent': 'curl/8' });
    expect(sighting).toMatchObject({
      network: undefined,
      client: 'curl',
      destinations: [],
      vantage: { origin: false, destination: true },
    });
  });

  it.each([
    ['::ffff:198.51.100.77', '198.51.100.0/24'],
    ['::FFFF:c633:644d', '198.51.100.0/24'],
    ['2001:DB8:0001:0:0::9', '2001:db8:1::/48'],
    ['fe80::1%eth0', 'fe80:0:0::/48'],
  ])('knows %s in its one form', async (address, network) => {
    expect(await use('/contacts', { 'x-real-ip': address })).toMatchObject({ network });
  });

  it.each([
    ['one with a port', '198.51.100.77:443'],
    ['a word', 'unknown'],
    ['an octal number', '198.51.100.077'],
    ['4 KB', 'x'.repeat(4_000)],
  ])('takes %s for no address', async (_name, address) => {
    const sighting = await use('/contacts', { 'x-real-ip': address });
    expect(sighting).toMatchObject({ network: undefined, vantage: { origin: false } });
  });
});

describe('a requester who hides', () => {
  // breaks when: a destination without canonical form is passed over
  it('a recipient behind a mark that nobody sees, is told with something unreadable', async () => {
    const honest = await use(`/contacts?${recipients('ann@example.com')}`, {});
    seen = [];
    const hidden = await use(
      `/contacts?${recipients('ann@example.com', 'mal\u200blory@evil.example', destinationUnreadable)}`,
      {},
    );
    expect(hidden?.destinations).toHaveLength(2);
    expect(hidden?.destinations[0]).toBe(honest?.destinations[0]);
  });

  // breaks when: a client's name goes on as it came, and the whole report is refused for it
  it.each([
    ['space of other kinds', '\tcurl\t/8', 'curl'],
    ['marks that nobody sees', 'cu\u00adrl\u0085/8', 'curl'],
    ['10 KB of a letter', 'a'.repeat(10_240), 'a'.repeat(64)],
    ['10 KB that cannot be printed', '\u00ff'.repeat(10_240), undefined],
    ['a comment', '(evil) curl/8', undefined],
  ])('behind a client with %s in its name is still told', async (_name, agent, family) => {
    await raw({ 'user-agent': agent, 'x-real-ip': '198.51.100.77' });
    expect(await strongOne()).toMatchObject({ network: '198.51.100.0/24', client: family });
  });

  it('behind two lines where one is due is let in by nobody', async () => {
    await raw({ 'user-agent': 'curl\rx-real-ip: 203.0.113.9', 'x-real-ip': '198.51.100.77' }, 400);
    expect(seen.filter(({ strength }) => strength === 'strong')).toEqual([]);
  });

  it('in its own report says nothing of where it came from', async () => {
    await use('/contacts', { 'x-real-ip': '198.51.100.77' });
    const own = () => seen.find((each) => each.strength === 'weak' && each.session === session.id);
    await vi.waitUntil(own, soon);
    const nothing = { network: undefined, client: undefined, destinations: [] };
    expect(own()).toMatchObject({ session: session.id, ...nothing });
  });
});

/** Sends bytes as they are, since clients tidy headers up. */
async function raw(headers: Record<string, string>, status = 200): Promise<void> {
  const url = urlOf('/contacts');
  // The first request learns the nonce, which every one needs soon after a start.
  await use('/contacts', {});
  seen = [];
  const signed = await session.headers({ url, ...contacts });
  const all = { host: `127.0.0.1:${port}`, connection: 'close', ...signed, ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  const socket = dial(port, '127.0.0.1');
  socket.end(Buffer.from(['GET /contacts HTTP/1.1', ...lines, '', ''].join('\r\n'), 'latin1'));
  let reply = '';
  for await (const bytes of socket) reply += String(bytes);
  expect(reply.split(' ')[1]).toBe(`${status}`);
}

describe('what an agent says that it is for', () => {
  const ann = { kind: 'email' as const, value: 'Ann@EXAMPLE.com' };
  const grants = [{ ...contacts, destinations: [ann] }];

  it('is kept by the hashes that its resource tells, of a root and of a child', async () => {
    const root = await client.session({ task: { grants } });
    const child = await root.delegate({ task: { grants } });
    for (const { id } of [root, child]) {
      const [grant] = parts.store.session(id as SessionId)?.task?.grants ?? [];
      expect(grant?.destinations).toEqual([hashOf('Ann@example.com')]);
    }
    await root.close();
  });

  it('cannot be widened by a child', async () => {
    const root = await client.session({ task: { grants } });
    const wider = [
      { ...contacts, destinations: [{ kind: 'email' as const, value: 'm@evil.example' }] },
    ];
    const asked = root.delegate({ task: { grants: wider } });
    await expect(asked).rejects.toMatchObject({ code: expect.stringMatching(/^CREANCE_/) });
    await root.close();
  });
});
