import { describe, expect, it } from 'vitest';
import { clientFamilyOf, foldOrigin, originOf } from './origin.js';

const peer = { address: '192.0.2.7', client: 'undici' };

describe('clientFamilyOf', () => {
  it.each([
    ['python-requests/2.32', 'python-requests'],
    ['grpc-node-js/1.14.7', 'grpc-node-js'],
    ['crm-sync/2 grpc-node-js/1.14.7', 'crm-sync'],
    ['undici', 'undici'],
    ['  node', 'node'],
    ['Mozilla/5.0 (X11; Linux x86_64)', 'Mozilla'],
    ['curl, wget', 'curl'],
    ['(comment) curl/8', ''],
    ['/8.0', ''],
    ['', ''],
  ])('of %j is %j', (header, family) => {
    expect(clientFamilyOf(header)).toBe(family);
  });

  // breaks when: what stands in a header goes on as it is: into logs, terminals and pages
  it.each([
    ['curl\r\nset-cookie:a=b', 'curlset-cookie:a=b'],
    ['\u001b[31mcurl\u0000\u007f/8', '[31mcurl'],
    ['cu\u200brl\u202e/8', 'curl'],
    ['\u00e9\ud83d/8', ''],
  ])('leaves out of %j what cannot be printed', (header, family) => {
    expect(clientFamilyOf(header)).toBe(family);
  });

  it('is bounded, whatever the header holds', () => {
    expect(clientFamilyOf('a'.repeat(10_240))).toBe('a'.repeat(64));
    expect(clientFamilyOf(`${'\u0001'.repeat(10_240)}a`)).toBe('');
  });
});

describe('foldOrigin', () => {
  it('keeps neither address nor version', () => {
    const folded = foldOrigin({ address: '192.0.2.7', client: 'undici/7.1' });
    expect(folded).toEqual({ isSeen: true, network: Uint8Array.of(192, 0, 2), client: 'undici' });
  });

  it('says that nothing was seen where only a client is known', () => {
    const nothing = { isSeen: false, network: new Uint8Array(0), client: 'undici' };
    expect(foldOrigin({ client: 'undici/7.1' })).toEqual(nothing);
    expect(foldOrigin({ address: 'unknown', client: 'undici/7.1' })).toEqual(nothing);
    expect(foldOrigin({ address: '127.0.0.1', client: 'undici' })?.isSeen).toBe(true);
  });

  it.each([undefined, {}, { address: 'unknown', client: null }, { address: 7, client: {} }])(
    'is none for %j',
    (origin) => {
      expect(foldOrigin(origin as never)).toBeUndefined();
    },
  );
});

describe('originOf', () => {
  it('is the peer of the socket, unless that is a proxy', () => {
    expect(originOf({}, {}, peer)).toEqual(peer);
    expect(originOf({}, { behindProxy: true }, peer)).toEqual({ ...peer, address: undefined });
  });

  // breaks when: an address that cannot be read is believed: then a client hides where it comes from
  it.each([
    [{ behindProxy: true }, '198.51.100.9', '198.51.100.9'],
    [{}, '198.51.100.9', '198.51.100.9'],
    [{}, 'unknown', '192.0.2.7'],
    [{}, undefined, '192.0.2.7'],
    [{ behindProxy: true }, 'unknown', undefined],
    [{ behindProxy: true }, undefined, undefined],
  ])('with %j and a proxy that says %j is %j', (options, said, address) => {
    const clientAddress = () => said;
    expect(originOf({}, { ...options, clientAddress }, peer).address).toBe(address);
  });
});
