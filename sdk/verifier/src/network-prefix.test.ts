import { isIP } from 'node:net';
import { describe, expect, it } from 'vitest';
import { networkPrefixOf } from './network-prefix.js';

const bytesOf = (address: string) => {
  const prefix = networkPrefixOf(address);
  return prefix && [...prefix];
};

describe('networkPrefixOf', () => {
  it.each([
    ['192.0.2.77', [192, 0, 2]],
    ['255.255.255.255', [255, 255, 255]],
    ['10.1.2.3', [10, 1, 2]],
    ['2001:db8:1:2:3:4:5:6', [0x20, 0x01, 0x0d, 0xb8, 0, 1]],
    ['2001:db8::1', [0x20, 0x01, 0x0d, 0xb8, 0, 0]],
    ['2001:DB8:ABCD::', [0x20, 0x01, 0x0d, 0xb8, 0xab, 0xcd]],
    ['fe80::1%eth0', [0xfe, 0x80, 0, 0, 0, 0]],
    ['::1:2:3', [0, 0, 0, 0, 0, 0]],
    ['64:ff9b::192.0.2.77', [0, 0x64, 0xff, 0x9b, 0, 0]],
  ])('names the network of %s', (address, prefix) => {
    expect(bytesOf(address)).toEqual(prefix);
  });

  // breaks when: a mapped address is taken for one of IPv6: then all of IPv4 is one network
  it.each([
    '::ffff:192.0.2.77',
    '::FFFF:c000:24d',
    '0:0:0:0:0:ffff:192.0.2.77',
    '::ffff:192.0.2.77%eth0',
  ])('takes %s for the IPv4 address that it is', (address) => {
    expect(bytesOf(address)).toEqual([192, 0, 2]);
  });

  it.each([
    '127.0.0.1',
    '127.9.9.9',
    '::1',
    '0:0:0:0:0:0:0:1',
    '::ffff:127.0.0.1',
    '0.0.0.0',
    '::',
  ])('knows no network of this host, %s', (address) => {
    expect(bytesOf(address)).toEqual([]);
  });

  it.each([
    '',
    'unknown',
    '192.0.2',
    '192.0.2.256',
    '0192.0.2.1',
    '192.0.2.1:443',
    ' 192.0.2.1',
    '192.0.2.1, 198.51.100.1',
    '[2001:db8::1]',
    '2001:db8::1::2',
    '2001:db8',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8:9',
    ':1:2:3:4:5:6:7',
    '12345::',
    '::192.0.2.1:1',
    `${':'.repeat(10_240)}`,
    '1'.repeat(10_240),
  ])('finds no address in %j', (address) => {
    expect(bytesOf(address)).toBeUndefined();
  });

  it('reads what Node reads, and nothing else', () => {
    const parts = ['::', ':', '.', '0', '1', 'ffff', '127', '255', '256', 'g', '00', ''];
    const ends = ['', '2:3:4:5:6', '1:2:3:4:5:6:7', '.0.2.1', '::ffff:192.0.2.1'];
    const differs: string[] = [];
    for (let at = 0; at < parts.length ** 4; at += 1) {
      const digits = [1, 12, 144, 1_728].map((power) => Math.floor(at / power) % parts.length);
      const begin = digits.map((digit) => parts[digit]).join('');
      for (const end of ends) {
        const address = begin + end;
        if ((networkPrefixOf(address) !== undefined) !== (isIP(address) !== 0))
          differs.push(address);
      }
    }
    expect(differs).toEqual([]);
  });
});
