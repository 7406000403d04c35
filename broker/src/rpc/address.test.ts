import { describe, expect, it } from 'vitest';
import { addressKey, addressOfPeer } from './address.js';

describe('addressOfPeer', () => {
  it.each([
    ['127.0.0.1:50000', '127.0.0.1'],
    ['::ffff:127.0.0.1:50000', '127.0.0.1'],
    ['::1:50000', '::1'],
    ['unknown', ''],
  ])('takes %s for %s', (peer, address) => {
    expect(addressOfPeer(peer)).toBe(address);
  });
});

describe('addressKey', () => {
  it.each([
    ['10.0.0.7', '10.0.0.7'],
    ['', ''],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['2001:0db8:0001:0002::', '2001:db8:1:2::/64'],
  ])('counts %s under %s', (address, key) => {
    expect(addressKey(address)).toBe(key);
  });
});
