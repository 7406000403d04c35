import { describe, expect, it } from 'vitest';
import { plainAddress } from './address.js';

describe('plainAddress', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::ffff:10.0.0.7', '10.0.0.7'],
    ['::FFFF:10.0.0.7', '10.0.0.7'],
    ['::1', '::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['', ''],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:evil', '::ffff:evil'],
  ])('writes %s as %s', (address, plain) => {
    expect(plainAddress(address)).toBe(plain);
  });
});
