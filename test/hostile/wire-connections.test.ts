import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { credentials } from '@grpc/grpc-js';
import { describe, expect, it, vi } from 'vitest';
import { selfSigned } from '../support/certificate.js';
import { edgeAudience, type TestEdge, type TestEdgeOptions, Wire } from '../support/edge.js';
import { seededNumbers } from '../support/seeded.js';
import { TestKey } from '../support/test-key.js';
import {
  expectAlive,
  issueToken,
  nothing,
  openSession,
  underAttack,
} from '../support/under-attack.js';

const { start, attacker, closeLater } = underAttack();
const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

const dial = async (edge: TestEdge): Promise<Socket> => {
  const socket = connect(edge.port, '127.0.0.1');
  socket.on('error', () => {});
  closeLater({ close: () => socket.destroy() });
  await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
  return socket;
};
const closed = async (socket: Socket) => {
  if (!socket.resume().closed) await once(socket, 'close');
};

describe('connections', () => {
  it('that are silent, 2,000 of them, are closed by the timer while honest calls go on', async () => {
    const edge = await start({ limits: { firstBytesMillis: 1_500 } });
    const silent: Socket[] = [];
    for (let batch = 0; batch < 20; batch += 1) {
      silent.push(...(await Promise.all(Array.from({ length: 100 }, () => dial(edge)))));
    }
    await expectAlive(edge);
    await Promise.all(silent.map(closed));
    expect(edge.hits.filter((hit) => hit === 'firstBytesMillis')).toHaveLength(2_000);
    await expectAlive(edge);
  });

  it('beyond the cap of an address are closed at once, and known ones stay', async () => {
    const edge = await start({ limits: { strangersPerAddress: 8 } });
    const client = edge.client();
    const agent = await edge.session({ kind: 'workload', name: 'triage' }, client);
    const strangers = await Promise.all(Array.from({ length: 20 }, () => dial(edge)));
    await vi.waitFor(() =>
      expect(edge.hits.filter((hit) => hit === 'strangersPerAddress')).toHaveLength(12),
    );
    expect(strangers.filter((socket) => !socket.closed).length).toBeGreaterThanOrEqual(8);
    await client.renew(agent.id, agent.key);
  });

  const little = { bytesBeyondCalls: 30_000, bytesBeyondCallsPerSecond: 1_000 };

  // breaks when: gate.ts no longer pays for the metadata and messages of a call
  it('that call without pause are never taken for a flood, however much they send', async () => {
    const edge = await start({ limits: little });
    const client = edge.client();
    const agent = await edge.session({ kind: 'workload', name: 'triage' }, client);
    const startedAt = performance.now();
    let calls = 0;
    // Two looks and more, and many times what may come beyond calls.
    while (performance.now() - startedAt < 2_500 || calls < 300) {
      await client.issue(agent.id, agent.key, edgeAudience, ['contacts:read']);
      calls += 1;
    }
    expect(edge.hits).not.toContain('bytesBeyondCalls');
  });

  it('that ping without pause are closed', async () => {
    const edge = await start({ limits: little });
    const { session } = attacker(edge);
    await once(session, 'connect');
    const pings = setInterval(() => {
      for (let at = 0; at < 100 && !session.destroyed; at += 1) session.ping(() => {});
    }, 10);
    await once(session, 'close');
    clearInterval(pings);
    expect(edge.hits).toContain('bytesBeyondCalls');
    await expectAlive(edge);
  });

  it('that speak HTTP/2 and then nothing are closed when they have been idle', async () => {
    const edge = await start({ limits: { connectionIdleMillis: 150 } });
    const { session } = attacker(edge);
    await once(session, 'connect');
    await once(session, 'close');
    await expectAlive(edge);
  });

  it('that speak HTTP/1.1, TLS or noise are closed', async () => {
    const edge = await start();
    const hello = Buffer.from('16030100c8010000c40303', 'hex');
    const noise = Buffer.alloc(4_096, 0xa5);
    const http = Buffer.from(`GET / HTTP/1.1\r\n${'x: y\r\n'.repeat(9)}\r\n`);
    for (const bytes of [http, Buffer.concat([hello, noise]), noise]) {
      const socket = await dial(edge);
      socket.write(bytes);
      await closed(socket);
    }
    await expectAlive(edge);
  });

  it('that send the preface and then broken frames are closed', async () => {
    const edge = await start();
    const next = seededNumbers(77);
    const sockets = await Promise.all(Array.from({ length: 60 }, () => dial(edge)));
    const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
    for (const socket of sockets) {
      const frame = Buffer.alloc(9 + next(64), 0);
      for (let at = 0; at < frame.length; at += 1) frame[at] = next(256);
      // A length that has come, so that the frame is judged and not waited for.
      frame.writeUIntBE(frame.length - 9, 0, 3);
      socket.end(Buffer.concat([preface, settings, frame]));
    }
    await Promise.all(sockets.map(closed));
    await expectAlive(edge);
  });

  it('that open and reset streams without pause do not end the broker', async () => {
    const edge = await start();
    const { session } = attacker(edge);
    await once(session, 'connect');
    const headers = { ':method': 'POST', ':path': issueToken, 'content-type': 'application/grpc' };
    for (let round = 0; round < 50 && !session.destroyed; round += 1) {
      for (let at = 0; at < 100 && !session.destroyed; at += 1) {
        const stream = session.request(headers);
        stream.on('error', () => {});
        stream.close(8);
      }
      await new Promise((turn) => setImmediate(turn));
    }
    await expectAlive(edge);
  });
});

describe('TLS', () => {
  const { certificate, key } = selfSigned();

  const startTls = (limits: NonNullable<TestEdgeOptions['limits']> = {}) =>
    start({ tls: { certificate, key }, limits });
  const dialTls = (edge: TestEdge, options: object) =>
    new Promise<string>((resolve) => {
      const place = { port: edge.port, host: '127.0.0.1', ca: certificate };
      const socket = connectTls({ ...place, ...options });
      closeLater({ close: () => socket.destroy() });
      socket.on('error', () => {});
      socket.on('close', () => resolve('closed'));
      socket.resume();
    });

  it('carries honest calls, under the same proofs', async () => {
    const edge = await startTls();
    const wire = new Wire(`127.0.0.1:${edge.port}`, credentials.createSsl(certificate));
    closeLater(wire);
    const proofs = Array.from({ length: 10 }, () =>
      edge.proof(openSession, nothing, new TestKey()),
    );
    const ends = await Promise.all(
      proofs.map((proof) => wire.send(openSession, nothing, [['dpop', proof]])),
    );
    expect(new Set(ends.map(({ reason }) => reason))).toEqual(new Set(['evidence_missing']));
  });

  const ancient = { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' };

  it.each([
    ['a client without HTTP/2', { ALPNProtocols: ['http/1.1'] }],
    ['a client that names no protocol', {}],
    ['TLS 1.1', { ...ancient, ALPNProtocols: ['h2'] }],
    ['a client that says nothing after the handshake', { ALPNProtocols: ['h2'] }],
  ])('closes %s', async (_name, options) => {
    const edge = await startTls({ handshakeMillis: 200 });
    expect(await dialTls(edge, options)).toBe('closed');
  });

  it('closes plaintext, and a handshake that stops half way', async () => {
    const edge = await startTls({ handshakeMillis: 200 });
    const hello = Buffer.from('1603010200010001fc0303', 'hex');
    for (const bytes of [preface, hello]) {
      const socket = await dial(edge);
      socket.write(bytes);
      await closed(socket);
    }
    expect(edge.hits).toContain('handshakeMillis');
  });
});
