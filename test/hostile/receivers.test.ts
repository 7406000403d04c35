import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { limits } from '../../broker/src/domain/limits.js';
import { isPublicAddress } from '../../broker/src/notify/addresses.js';
import { type PushDoors, push } from '../../broker/src/notify/push.js';
import { addressOf } from '../../broker/src/notify/resolve.js';
import { answer, SetReceiver } from '../support/set-receiver.js';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

function doors(hits: string[] = [], over: Partial<PushDoors> = {}): PushDoors {
  return {
    lookUp: async () => ['127.0.0.1'],
    limitHit: (name) => hits.push(name),
    closing: new AbortController().signal,
    ...over,
  };
}

async function receiver(): Promise<SetReceiver> {
  const listening = await SetReceiver.listen();
  closers.push(() => listening.close());
  return listening;
}

/** A server that does to a connection what it is told. */
async function raw(onSocket: (socket: Socket) => void): Promise<string> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => {});
    closers.push(() => void socket.destroy());
    onSocket(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => void server.close());
  return `http://127.0.0.1:${(server.address() as { port: number }).port}/`;
}

const pushTo = (url: string, hits: string[] = [], over: Partial<PushDoors> = {}) =>
  push({ url, allowPrivate: true }, 'a.b.c', doors(hits, over));

describe('an address that is not public', () => {
  // breaks when: a range goes from notify/addresses.ts
  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.8',
    '192.0.2.1',
    '192.168.1.1',
    '198.18.0.1',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:10.0.0.1',
    '::ffff:a00:1',
    '::ffff:8.8.8.8',
    '64:ff9b::a00:1',
    '64:ff9b:1::1',
    '100::1',
    '2001::1',
    '2001:db8::1',
    '2002:a00:1::1',
    'fc00::1',
    'fd12:3456::1',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    'not an address',
    '',
  ])('%s is refused', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each(['8.8.8.8', '1.1.1.1', '172.32.0.1', '2606:4700::1111', '2a00:1450::1'])(
    '%s is public',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  // breaks when: addressOf looks only at the first, or a form of an address is taken for a name
  it.each([
    ['http://127.0.0.1/', []],
    ['http://2130706433/', []],
    ['http://0x7f.1/', []],
    ['http://0177.0.0.1/', []],
    ['http://[::1]/', []],
    ['http://[::ffff:127.0.0.1]/', []],
    ['http://metadata.example/', ['169.254.169.254']],
    ['http://both.example/', ['8.8.8.8', '10.0.0.1']],
    ['http://none.example/', []],
  ])('%s leads nowhere', async (url, addresses) => {
    const found = await addressOf(new URL(url), false, async () => addresses);
    expect(found.ok).toBe(false);
  });

  it('is reached when the manifest says allowPrivate, and is not before', async () => {
    const there = await receiver();
    const refused = await push({ url: there.url, allowPrivate: false }, 'a.b.c', doors());
    expect(refused).toMatchObject({ as: 'failed' });
    expect(there.tokens).toEqual([]);
    expect(await pushTo(there.url)).toEqual({ as: 'taken' });
    expect(there.tokens).toEqual(['a.b.c']);
  });

  // breaks when: the name is asked for again at the connection
  it('is not reached by a name that answers otherwise the second time', async () => {
    const there = await receiver();
    const asked: string[] = [];
    const lookUp = async (name: string) => {
      asked.push(name);
      return asked.length === 1 ? ['127.0.0.1'] : ['192.0.2.1'];
    };
    const { port } = new URL(there.url);
    const url = `http://rebinding.invalid:${port}/events`;
    expect(await pushTo(url, [], { lookUp })).toEqual({ as: 'taken' });
    expect(asked).toEqual(['rebinding.invalid']);
  });
});

describe('a receiver that misbehaves', () => {
  it.each([200, 204, 500, 503, 404, 401, 429])('answers %i: not taken', async (status) => {
    const there = await receiver();
    there.behaviour = answer(status);
    expect(await pushTo(there.url)).toEqual({
      as: 'failed',
      fault: `answered ${status}, not 202`,
    });
  });

  it('redirects: nothing follows it', async () => {
    const [there, elsewhere] = [await receiver(), await receiver()];
    for (const status of [301, 302, 307, 308]) {
      there.behaviour = answer(status, { location: elsewhere.url });
      expect(await pushTo(there.url)).toEqual({ as: 'failed', fault: `redirects (${status})` });
    }
    expect(elsewhere.tokens).toEqual([]);
  });

  it('refuses with a code of RFC 8935, or with words that go nowhere', async () => {
    const there = await receiver();
    const bodies = [
      ['{"err":"invalid_issuer","description":"\\u001b[2J"}', 'answered 400: invalid_issuer'],
      ['{"err":"\\u001b[2J"}', 'answered 400, not 202'],
      ['{', 'answered 400, not 202'],
      ['', 'answered 400, not 202'],
    ];
    for (const [body, fault] of bodies) {
      there.behaviour = (_request, response) => void response.writeHead(400).end(body);
      expect(await pushTo(there.url)).toEqual({ as: 'refused', fault });
    }
  });

  // breaks when: the bound of the answer is not kept; a gigabyte would take longer than the timeout
  it('answers without end: 4 KB are read, and the connection is closed', async () => {
    const there = await receiver();
    let written = 0;
    let closed = false;
    there.behaviour = (_request, response) => {
      response.writeHead(400);
      const more = () => {
        while (!closed && response.write(Buffer.alloc(65_536))) written += 65_536;
      };
      response.on('drain', more);
      response.on('close', () => {
        closed = true;
      });
      more();
    };
    const hits: string[] = [];
    expect(await pushTo(there.url, hits)).toMatchObject({ as: 'refused' });
    await expect.poll(() => closed).toBe(true);
    expect(hits).toEqual(['deliveryAnswerBytes']);
    expect(written).toBeLessThan(64 * 1_048_576);
  });

  it('resets, says nothing, speaks something else or sends a head without end', async () => {
    const reset = await raw((socket) => socket.resetAndDestroy());
    expect(await pushTo(reset)).toMatchObject({
      as: 'failed',
      fault: expect.stringMatching(/cannot be reached: ECONN/),
    });
    const babble = await raw((socket) => socket.end('SSH-2.0-babble\r\n'));
    expect(await pushTo(babble)).toMatchObject({
      as: 'failed',
      fault: expect.stringMatching(/cannot be reached/),
    });
    const head = await raw((socket) => {
      socket.write(`HTTP/1.1 202 ok\r\nx: ${'x'.repeat(65_536)}\r\n\r\n`);
    });
    expect(await pushTo(head)).toMatchObject({
      as: 'failed',
      fault: expect.stringMatching(/HPE_HEADER_OVERFLOW/),
    });
    const upgrade = await raw((socket) => {
      socket.write('HTTP/1.1 101 ok\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n');
    });
    expect(await pushTo(upgrade)).toMatchObject({ as: 'failed' });
    expect(await pushTo('http://127.0.0.1:1/')).toMatchObject({ as: 'failed' });
    const lookUp = async () => Promise.reject(Object.assign(new Error('x'), { code: 'ENOTFOUND' }));
    expect(await pushTo('http://nowhere.invalid/', [], { lookUp })).toEqual({
      as: 'failed',
      fault: 'cannot be reached: ENOTFOUND',
    });
  });

  // breaks when: the timeout is one of silence, which a drop now and then keeps off
  it('drips or hangs: the attempt is over in its time, whatever it is doing', async () => {
    const hits: string[] = [];
    const drip = await raw((socket) => {
      socket.write('HTTP/1.1 400 no\r\n');
      const timer = setInterval(() => socket.write('x: y\r\n'), 200);
      socket.on('close', () => clearInterval(timer));
    });
    const startedAt = performance.now();
    const never = async () => new Promise<readonly string[]>(() => {});
    const ended = await Promise.all([
      pushTo(drip, hits),
      pushTo(await raw(() => {}), hits),
      pushTo('http://silent.invalid/', hits, { lookUp: never }),
    ]);
    expect(performance.now() - startedAt).toBeLessThan(limits.deliveryMillis + 2_000);
    for (const each of ended)
      expect(each).toMatchObject({ as: 'failed', fault: expect.stringMatching(/within 5 s/) });
    expect(hits).toEqual(['deliveryMillis', 'deliveryMillis', 'deliveryMillis']);
  });

  it('hangs while the broker stops: the attempt ends with it', async () => {
    const closing = new AbortController();
    const pushed = pushTo(await raw(() => {}), [], { closing: closing.signal });
    closing.abort();
    expect(await pushed).toMatchObject({
      as: 'failed',
      fault: expect.stringMatching(/cannot be reached/),
    });
  });
});
