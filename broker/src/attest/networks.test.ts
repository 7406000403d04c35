import { describe, expect, it } from 'vitest';
import { isNetwork, isWithin } from './networks.js';

describe('isNetwork', () => {
  it.each([
    '10.0.0.0/8',
    '0.0.0.0/0',
    '192.0.2.1/32',
    '::/0',
    'fd00::/8',
    '2001:db8::1/128',
    '::ffff:10.0.0.0/104',
  ])('takes %s', (text) => {
    expect(isNetwork(text)).toBe(true);
  });

  // breaks when: a part of the check is dropped; a network that cannot be read must not be stored
  it.each([
    '',
    '/',
    '/8',
    '10.0.0.0',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/8.0',
    '10.0.0.0/ 8',
    '10.0.0.0/8/8',
    '10.0.0.0/1e1',
    '10.0.0/8',
    '10.0.0.256/8',
    '010.0.0.0/8',
    '0x0a000000/8',
    '167772160/8',
    'fd00::/129',
    'fe80::1%eth0/64',
    '*',
    'localhost/8',
    'example.com/24',
    ' 10.0.0.0/8',
    '10.0.0.0/8\n',
    '１０.0.0.0/8',
  ])('refuses %j', (text) => {
    expect(isNetwork(text)).toBe(false);
  });
});

describe('isWithin', () => {
  it.each([
    ['10.1.2.3', '10.0.0.0/8', true],
    ['11.0.0.0', '10.0.0.0/8', false],
    ['9.255.255.255', '10.0.0.0/8', false],
    ['10.1.2.3', '10.1.2.3/32', true],
    ['10.1.2.4', '10.1.2.3/32', false],
    // Whatever stands behind the prefix does not count.
    ['10.1.9.9', '10.1.2.3/16', true],
    ['203.0.113.7', '0.0.0.0/0', true],
    ['fd00::1', 'fd00::/8', true],
    ['fe00::1', 'fd00::/8', false],
    ['2001:db8::1', '2001:db8::1/128', true],
    ['2001:db8::2', '2001:db8::1/128', false],
    // IPv4 in IPv6 clothes is IPv4, on either side and in either spelling.
    ['::ffff:10.1.2.3', '10.0.0.0/8', true],
    ['::FFFF:10.1.2.3', '10.0.0.0/8', true],
    ['::ffff:a01:203', '10.0.0.0/8', true],
    ['::ffff:11.1.2.3', '10.0.0.0/8', false],
    ['10.1.2.3', '::ffff:10.0.0.0/104', true],
    ['11.1.2.3', '::ffff:10.0.0.0/104', false],
    ['::1', '0.0.0.0/0', false],
    ['::10.1.2.3', '10.0.0.0/8', false],
    ['fe80::1%eth0', 'fe80::/10', true],
  ])('says of %s in %s: %s', (address, network, expected) => {
    expect(isWithin(address, [network])).toBe(expected);
  });

  it('takes any of several networks', () => {
    const networks = ['10.0.0.0/8', 'fd00::/8'];
    expect(isWithin('fd00::1', networks)).toBe(true);
    expect(isWithin('10.0.0.1', networks)).toBe(true);
    expect(isWithin('192.0.2.1', networks)).toBe(false);
  });

  // breaks when: what is no address counts as inside
  it.each(['', 'unix', 'localhost', '10.1.2.3:4000', '[::1]', '10.1.2'])(
    'takes %j, which is no address, for outside of every network and inside of none named',
    (address) => {
      expect(isWithin(address, ['0.0.0.0/0', '::/0'])).toBe(false);
      expect(isWithin(address, [])).toBe(true);
    },
  );
});
