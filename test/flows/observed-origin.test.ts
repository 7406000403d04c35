import { connect as dial } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { contacts, ObservedStage, recipients } from '../support/observed-stage.js';

let stage: ObservedStage;
beforeAll(async () => {
  stage = await ObservedStage.start();
});
beforeEach(() => stage.renew());
afterAll(() => stage.dispose());

describe('what a resource tells of a request', () => {
  // breaks when: verifier and broker hash, fold or order anything differently
  it('reaches the watch: network, client, and what it was aimed at by the hash of the broker', async () => {
    const path = `/contacts?${recipients('Ann@EXAMPLE.com', 'bob@example.com')}`;
    const sighting = await stage.use(path, {
      'user-agent': 'python-requests/2.32',
      'x-real-ip': '198.51.100.77',
    });
    expect(sighting).toMatchObject({
      outcome: 'allowed',
      network: '198.51.100.0/24',
      client: 'python-requests',
      destinations: [stage.hashOf('Ann@example.com'), stage.hashOf('bob@example.com')],
      vantage: { origin: true, destination: true, outcome: false },
    });
  });

  // breaks when: the origin is reported of allowed requests alone
  it('is told of what it refuses too', async () => {
    const sighting = await stage.use(`/export?${recipients('ann@example.com')}`, {
      'user-agent': 'curl/8',
      'x-real-ip': '2001:db8:1:2::3',
    });
    expect(sighting).toMatchObject({
      outcome: 'refused',
      refusal: 'insufficient_scope',
      network: '2001:db8:1::/48',
      client: 'curl',
      destinations: [stage.hashOf('ann@example.com')],
      vantage: { origin: true },
    });
  });

  it('is no network where the proxy names none: its own address is nobody’s', async () => {
    const sighting = await stage.use('/contacts', { 'user-agent': 'curl/8' });
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
    expect(await stage.use('/contacts', { 'x-real-ip': address })).toMatchObject({ network });
  });

  it.each([
    ['one with a port', '198.51.100.77:443'],
    ['a word', 'unknown'],
    ['an octal number', '198.51.100.077'],
    ['4 KB', 'x'.repeat(4_000)],
  ])('takes %s for no address', async (_name, address) => {
    const sighting = await stage.use('/contacts', { 'x-real-ip': address });
    expect(sighting).toMatchObject({ network: undefined, vantage: { origin: false } });
  });
});

describe('a requester who hides', () => {
  // breaks when: a client's name goes on as it came, and the whole report is refused for it
  it.each([
    ['space of other kinds', '\tcurl\t/8', 'curl'],
    ['marks that nobody sees', 'cu\u00adrl\u0085/8', 'curl'],
    ['10 KB of a letter', 'a'.repeat(10_240), 'a'.repeat(64)],
    ['10 KB that cannot be printed', '\u00ff'.repeat(10_240), undefined],
    ['a comment', '(evil) curl/8', undefined],
  ])('behind a client with %s in its name is still told', async (_name, agent, family) => {
    await raw({ 'user-agent': agent, 'x-real-ip': '198.51.100.77' });
    const told = { network: '198.51.100.0/24', client: family };
    expect(await stage.told('strong')).toMatchObject(told);
  });

  it('behind two lines where one is due is let in by nobody', async () => {
    await raw({ 'user-agent': 'curl\rx-real-ip: 203.0.113.9', 'x-real-ip': '198.51.100.77' }, 400);
    expect(stage.seen.filter(({ strength }) => strength === 'strong')).toEqual([]);
  });

  it('in its own report says nothing of where it came from', async () => {
    await stage.use('/contacts', { 'x-real-ip': '198.51.100.77' });
    const nothing = { network: undefined, client: undefined, destinations: [] };
    const { id } = stage.session;
    expect(await stage.told('weak')).toMatchObject({ session: id, ...nothing });
  });
});

/** Sends bytes as they are, since clients tidy headers up. */
async function raw(headers: Record<string, string>, status = 200): Promise<void> {
  const url = stage.urlOf('/contacts');
  // The first request learns the nonce, which every one needs soon after a start.
  await stage.use('/contacts');
  stage.seen = [];
  const signed = await stage.session.headers({ url, ...contacts });
  const host = `127.0.0.1:${stage.port}`;
  const all = { host, connection: 'close', ...signed, ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  const socket = dial(stage.port, '127.0.0.1');
  socket.end(Buffer.from(['GET /contacts HTTP/1.1', ...lines, '', ''].join('\r\n'), 'latin1'));
  let reply = '';
  for await (const bytes of socket) reply += String(bytes);
  expect(reply.split(' ')[1]).toBe(`${status}`);
}
