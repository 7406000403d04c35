import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Front } from './front.js';
import { type EdgeLimits, edgeLimits } from './limits.js';
import { clientPreface } from './preface.js';

const fronts: Front[] = [];
const sockets: Socket[] = [];

/** A front before nothing: what it hands over is kept. */
const open = async (limits: Partial<EdgeLimits>) => {
  const injected: Duplex[] = [];
  const hits: string[] = [];
  const front = new Front({
    limits: edgeLimits(limits),
    report: { limitHit: (limit) => hits.push(limit) },
    tls: undefined,
    inject: (socket) => injected.push(socket),
  });
  fronts.push(front);
  front.listener.listen(0, '127.0.0.1');
  await once(front.listener, 'listening');
  const { port } = front.listener.address() as AddressInfo;
  const dial = async () => {
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => {});
    await once(socket, 'connect');
    return socket;
  };
  return { front, injected, hits, dial };
};

const closed = (socket: Socket) => (socket.resume().closed ? undefined : once(socket, 'close'));

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const front of fronts.splice(0)) {
    front.stopListening();
    await front.connections.closeAll(0);
  }
});

describe('Front', () => {
  it('hands over a connection once its whole preface is there, with every byte of it', async () => {
    const { injected, dial } = await open({});
    const socket = await dial();
    socket.setNoDelay(true);
    for (const piece of [clientPreface.subarray(0, 3), clientPreface.subarray(3, 23)]) {
      socket.write(piece);
      await new Promise((turn) => setImmediate(turn));
    }
    expect(injected).toHaveLength(0);
    socket.write(Buffer.concat([clientPreface.subarray(23), Buffer.from('more')]));
    await vi.waitFor(() => expect(injected).toHaveLength(1));
    await vi.waitFor(() => expect(injected[0]?.readableLength).toBe(clientPreface.length + 4));
    expect(injected[0]?.read()).toEqual(Buffer.concat([clientPreface, Buffer.from('more')]));
  });

  it('closes a connection that says nothing', async () => {
    const { injected, hits, dial } = await open({ firstBytesMillis: 20 });
    await closed(await dial());
    expect([injected.length, hits]).toEqual([0, ['firstBytesMillis']]);
  });

  // breaks when: any byte stops the timer for good
  it('closes a connection that never comes to the end of its preface', async () => {
    const { injected, hits, dial } = await open({ handshakeMillis: 20 });
    const socket = await dial();
    socket.write(clientPreface.subarray(0, 23));
    await closed(socket);
    expect([injected.length, hits]).toEqual([0, ['handshakeMillis']]);
  });

  it('closes a connection that speaks something else', async () => {
    const { injected, dial } = await open({});
    const socket = await dial();
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await closed(socket);
    expect(injected).toHaveLength(0);
  });

  it.each([
    [{ connections: 2 }, 'connections'],
    [{ connectionsPerAddress: 2 }, 'connectionsPerAddress'],
    [{ strangersPerAddress: 2 }, 'strangersPerAddress'],
  ])('takes no more connections than %o, and gives places back', async (limits, limit) => {
    const { front, hits, dial } = await open(limits);
    const [one] = [await dial(), await dial()];
    await vi.waitFor(() => expect(front.connections.size).toBe(2));
    await closed(await dial());
    expect(hits).toEqual([limit]);
    one?.destroy();
    await vi.waitFor(() => expect(front.connections.size).toBe(1));
    await dial();
    await vi.waitFor(() => expect(front.connections.size).toBe(2));
    expect(hits).toEqual([limit]);
  });

  it('counts a connection as a stranger until it is known, once', async () => {
    const { front, hits, dial } = await open({ strangersPerAddress: 1 });
    const known = await dial();
    await vi.waitFor(() => expect(front.connections.size).toBe(1));
    const peer = `127.0.0.1:${known.localPort}`;
    expect(front.connections.isKnown(peer)).toBe(false);
    front.connections.know(peer);
    front.connections.know(peer);
    front.connections.know('127.0.0.1:1');
    expect(front.connections.isKnown(peer)).toBe(true);
    await dial();
    await vi.waitFor(() => expect(front.connections.size).toBe(2));
    await closed(await dial());
    expect(hits).toEqual(['strangersPerAddress']);
    known.destroy();
    await vi.waitFor(() => expect(front.connections.isKnown(peer)).toBe(false));
    // breaks when: a known connection gives back a stranger's place when it closes
    await closed(await dial());
    expect(hits).toEqual(['strangersPerAddress', 'strangersPerAddress']);
  });

  it('closes one connection, and then all', async () => {
    const { front, dial } = await open({});
    const [one, other] = [await dial(), await dial()];
    await vi.waitFor(() => expect(front.connections.size).toBe(2));
    front.connections.drop(`127.0.0.1:${one?.localPort}`);
    await closed(one as Socket);
    expect(front.connections.size).toBe(1);
    await Promise.all([front.connections.closeAll(0), closed(other as Socket)]);
    expect(front.connections.size).toBe(0);
  });
});
