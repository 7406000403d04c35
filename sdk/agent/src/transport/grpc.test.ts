import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeEntropy } from '../doubles/fake-entropy.js';
import { ScriptedBroker } from '../doubles/scripted-broker.js';
import { type Creance, type CreanceEvent, connect } from '../index.js';
import { internalSession } from '../internal.js';
import { systemClock } from '../runtime/clock.js';
import { parseAddress } from './address.js';
import { type DoubleServer, startDouble } from './double-server.js';
import { grpcTransport } from './grpc.js';

const crm = { audience: 'https://crm.example', scopes: ['contacts:read'] };
const call = {
  path: '/creance.v1.SessionService/IssueToken',
  request: new Uint8Array(),
  proof: 'proof',
  newKeyProof: undefined,
  sessionId: undefined,
  deadlineMillis: 2_000,
};

let broker: ScriptedBroker;
let server: DoubleServer;
const clients: Creance[] = [];
beforeEach(async () => {
  broker = new ScriptedBroker(systemClock);
  server = await startDouble(broker);
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  server.kill();
});

async function open(onEvent?: (event: CreanceEvent) => void) {
  const client = await connect({ join: broker.joinString(), onEvent });
  clients.push(client);
  return client.session();
}

describe('the SDK over real gRPC', () => {
  it('opens, issues, renews its nonce and ends', async () => {
    broker.nonce = 'nonce-1';
    const session = await open();
    expect((await session.token(crm)).scopes).toEqual(['contacts:read']);
    broker.nonce = 'nonce-2';
    await session.token({ ...crm, scopes: ['other'] });
    expect(broker.seen('IssueToken').map((seen) => seen.parsed.nonce)).toEqual([
      'nonce-1',
      'nonce-1',
      'nonce-2',
    ]);
    await session.close();
    expect(broker.sessions.size).toBe(0);
  });

  it('sends one proof and one session id a call, and the id only once there is a session', async () => {
    const session = await open();
    await session.token(crm);
    const [opened, issued] = server.metadata;
    expect(opened?.get('dpop')).toHaveLength(1);
    expect(opened?.get('creance-session')).toEqual([]);
    expect(issued?.get('creance-session')).toEqual([session.id]);
  });

  it('reads reason, missing scope, pause and request id from the trailers', async () => {
    const session = await open();
    const metadata = { missing_scope: 'contacts:export' };
    broker.refuseNext('IssueToken', 'scope_not_granted', { metadata, retryAfterMillis: 1_500 });
    await expect(session.token(crm)).rejects.toMatchObject({
      code: 'CREANCE_SCOPE_NOT_GRANTED',
      missingScope: 'contacts:export',
      retryAfterMillis: 1_500,
      requestId: 'request-1',
    });
  });

  it('aborts the signal when the session is revoked', async () => {
    const session = await open();
    broker.over = 'session_revoked';
    await session.token(crm).catch(() => {});
    expect(session.signal.reason).toMatchObject({ code: 'CREANCE_SESSION_REVOKED' });
  });

  it('goes on with the same session after the broker was killed and started again', async () => {
    const retried: CreanceEvent[] = [];
    const session = await open(
      (event) => void (event.type === 'call_retried' && retried.push(event)),
    );
    server.kill();
    const asked = session.token(crm);
    await expect.poll(() => retried.length).toBeGreaterThan(0);
    server = await startDouble(broker, server.port);
    expect((await asked).scopes).toEqual(['contacts:read']);
  });

  it('carries a call of the inner door', async () => {
    const session = internalSession(await open());
    const bytes = Uint8Array.of(8, 1);
    const path = '/creance.v1.OperatorService/Cut';
    expect(await session?.call(path, bytes, { digest: true })).toEqual(Buffer.from(bytes));
    expect(broker.seen('Cut')[0]?.parsed.contentDigest).toBeDefined();
  });

  // breaks when: max_receive_message_length goes
  it('takes no message above 64 KB', async () => {
    const session = await open();
    const response = new Uint8Array(65_537);
    broker.replyNext('IssueToken', { ok: true, response, nonce: undefined });
    await expect(session.token(crm)).rejects.toMatchObject({
      code: 'CREANCE_STATUS_RESOURCE_EXHAUSTED',
    });
  });
});

describe('grpcTransport', () => {
  it('says that nobody listens, by the word of the system', async () => {
    server.kill();
    const transport = grpcTransport(parseAddress(broker.origin), new FakeEntropy());
    const reply = await transport.unary(call);
    expect(reply).toMatchObject({ ok: false, status: 14, networkCode: 'ECONNREFUSED' });
    transport.close();
  });

  it('fails a call after close instead of throwing', async () => {
    const transport = grpcTransport(parseAddress(broker.origin), new FakeEntropy());
    transport.close();
    expect(await transport.unary(call)).toMatchObject({ ok: false, status: 14 });
  });

  it('fails a call whose proof no header can hold, and tells nothing of it', async () => {
    const transport = grpcTransport(parseAddress(broker.origin), new FakeEntropy());
    const reply = await transport.unary({ ...call, proof: 'canary\nproof' });
    expect(reply).toMatchObject({ ok: false });
    expect(JSON.stringify(reply)).not.toContain('canary');
    transport.close();
  });

  describe('against a server that never speaks', () => {
    let silent: Server;
    let port: number;
    const sockets: Socket[] = [];
    const received: Buffer[] = [];
    beforeEach(async () => {
      received.length = 0;
      silent = createServer((socket) => {
        sockets.push(socket);
        socket.on('data', (bytes) => received.push(bytes)).on('error', () => {});
      });
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
      port = (silent.address() as { port: number }).port;
    });
    afterEach(() => {
      for (const socket of sockets.splice(0)) socket.destroy();
      silent.close();
    });

    it('keeps the deadline', async () => {
      const transport = grpcTransport(parseAddress(`http://127.0.0.1:${port}`), new FakeEntropy());
      const reply = await transport.unary({ ...call, deadlineMillis: 100 });
      expect(reply).toMatchObject({ ok: false, status: 4 });
      transport.close();
    });

    // breaks when: the channel is made without createSsl
    it('begins with a TLS handshake when the address is https, and sends nothing before it', async () => {
      const transport = grpcTransport(parseAddress(`https://localhost:${port}`), new FakeEntropy());
      await transport.unary({ ...call, proof: 'canary-proof', deadlineMillis: 200 });
      transport.close();
      const bytes = Buffer.concat(received);
      // A TLS record of type handshake, version 3.x (RFC 8446 §5.1).
      expect([...bytes.subarray(0, 2)]).toEqual([0x16, 0x03]);
      expect(bytes.includes('canary-proof')).toBe(false);
    });

    it('does not hand a loopback call to a proxy of the environment', async () => {
      const before = { http: process.env['http_proxy'], no: process.env['no_proxy'] };
      process.env['http_proxy'] = `http://127.0.0.1:${port}`;
      delete process.env['no_proxy'];
      try {
        const session = await open();
        await session.token(crm);
        expect(received).toEqual([]);
      } finally {
        setOrDelete('http_proxy', before.http);
        setOrDelete('no_proxy', before.no);
      }
    });
  });
});

function setOrDelete(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}
