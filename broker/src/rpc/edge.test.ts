import { linkSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ok, type Revision } from '@creance/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  DoubleClient,
  DoubleEdges,
  type DoubleOptions,
  doubleOptions,
  drained,
} from './double-edge.js';
import { startEdge } from './edge.js';

const endSession = '/creance.v1.SessionService/EndSession';
const renewSession = '/creance.v1.SessionService/RenewSession';
const workload = { 'creance-session': 'workload:triage' };

const { start, stop } = new DoubleEdges();
afterEach(stop);

describe('startEdge', () => {
  const tried = (options: DoubleOptions) => startEdge(doubleOptions(options));

  it('says whose port is taken and what to do', async () => {
    const { edge } = await start();
    const listen = { host: '127.0.0.1', port: edge.port };
    expect(await tried({ listen })).toMatchObject({
      ok: false,
      error: { code: 'port_in_use', exitCode: 75, fix: expect.stringContaining('--listen') },
    });
  });

  it('says when the address is none of this machine', async () => {
    const elsewhere = { listen: { host: '192.0.2.1', port: 0 } };
    expect(await tried(elsewhere)).toMatchObject({
      ok: false,
      error: { code: 'address_unusable', exitCode: 78 },
    });
  });

  it('says when certificate and key are none', async () => {
    const tls = { certificate: Buffer.from('no'), key: Buffer.from('no') };
    expect(await tried({ tls })).toMatchObject({
      ok: false,
      error: { code: 'tls_unusable', exitCode: 78 },
    });
  });
});

describe('drain', () => {
  it('lets a call in flight finish, and refuses what comes while it does', async () => {
    const inside = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const { edge, client, outcomes } = await start({
      commands: {
        async endSession() {
          inside.resolve();
          await release.promise;
          return ok(5 as Revision);
        },
      },
    });
    const inFlight = client.call(endSession, undefined, workload);
    await inside.promise;
    const drain = edge.drain();
    const late = await client.call(renewSession, undefined, workload);
    expect(late).toMatchObject({ code: 14, reason: 'shutting_down' });
    release.resolve();
    expect((await inFlight).reason).toBe('ok');
    await drain;
    expect(outcomes).toEqual(['shutting_down', 'ok']);
    expect((await client.call(renewSession, undefined, workload)).code).toBe(14);
  });

  it('waits for a call no longer than its bound', async () => {
    const endless = Promise.withResolvers<never>();
    const inside = Promise.withResolvers<void>();
    const { edge, client, hits } = await start({
      limits: { drainMillis: 20 },
      commands: {
        endSession() {
          inside.resolve();
          return endless.promise;
        },
      },
    });
    const call = client.call(endSession, undefined, workload);
    await inside.promise;
    await edge.drain();
    expect(hits).toContain('drainMillis');
    expect((await call).reason).not.toBe('ok');
  });

  it('ends subscriptions and watches with a reason', async () => {
    const { edge, client } = await start();
    const nonce = Buffer.concat([Buffer.from([0x12, 16]), Buffer.alloc(16, 65)]);
    const entries = { 'creance-session': 'verifier:crm' };
    const feed = client.stream('/creance.v1.VerifierService/Subscribe', nonce, entries);
    const watch = client.stream('/grpc.health.v1.Health/Watch', Buffer.alloc(0));
    const ends = Promise.all([drained(feed), drained(watch)]);
    await Promise.all([feed, watch].map((each) => new Promise((seen) => each.once('data', seen))));
    await edge.drain();
    for (const { ended } of await ends) expect(ended.reason).toBe('shutting_down');
  });

  it('closes connections that do nothing', async () => {
    const { edge, client } = await start();
    await client.call(renewSession, undefined, workload);
    const started = performance.now();
    await edge.drain();
    await edge.drain();
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe('the socket of the owner of a development broker', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'creance-socket-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const path = () => join(folder, 'run', 'operator.sock');

  it('lies in a folder of its own and can be used by its owner alone', async () => {
    const { edge } = await start({ devSocketPath: path() });
    expect(edge.devSocketPath).toBe(path());
    expect(statSync(join(folder, 'run')).mode & 0o777).toBe(0o700);
    expect(statSync(path()).mode & 0o777).toBe(0o600);
  });

  it('is refused in a folder that others can enter', async () => {
    mkdirSync(join(folder, 'run'), { mode: 0o755 });
    expect(await startEdge(doubleOptions({ devSocketPath: path() }))).toMatchObject({
      ok: false,
      error: { code: 'socket_folder_open', exitCode: 78 },
    });
  });

  it('replaces what a killed broker left, and nothing that somebody listens on', async () => {
    const { edge } = await start({ devSocketPath: path() });
    expect(await startEdge(doubleOptions({ devSocketPath: path() }))).toMatchObject({
      error: { code: 'socket_in_use', exitCode: 75 },
    });
    await edge.drain();
    mkdirSync(join(folder, 'left'), { mode: 0o700 });
    const left = join(folder, 'left', 'operator.sock');
    const listener = createServer().listen(left);
    await new Promise((done) => listener.once('listening', done));
    // Closing would remove the file; a killed process leaves it.
    const copy = join(folder, 'left', 'killed.sock');
    linkSync(left, copy);
    await new Promise((done) => listener.close(done));
    const again = await start({ devSocketPath: copy });
    expect(again.edge.devSocketPath).toBe(copy);
  });

  it('calls what operators may, with every role, and nothing of sessions and verifiers', async () => {
    const { edge } = await start({ devSocketPath: path() });
    const owner = new DoubleClient(`unix:${edge.devSocketPath}`);
    const cut = Buffer.from([0x10, 0, 0x7a, 3, 119, 104, 121]);
    const token = Buffer.from([0x08, 1, 0x12, 1, 97]);
    try {
      const reasons = [
        await owner.call('/creance.v1.OperatorService/Cut', cut),
        await owner.call('/creance.v1.OperatorService/ListSessions'),
        await owner.call('/creance.v1.RegistryService/CreateJoinToken', token),
        await owner.call(renewSession, undefined, workload),
        await owner.call('/creance.v1.VerifierService/Acknowledge', undefined, workload),
      ].map(({ reason }) => reason);
      expect(reasons).toEqual(['ok', 'ok', 'ok', 'session_wrong_kind', 'session_wrong_kind']);
    } finally {
      owner.close();
    }
  });
});
