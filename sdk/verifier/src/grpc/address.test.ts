import { describe, expect, it } from 'vitest';
import { parseAddress } from './address.js';

describe('parseAddress', () => {
  it.each([
    ['https://creance.example:7420', 'creance.example:7420', true],
    ['https://creance.example', 'creance.example:443', true],
    ['http://127.0.0.1:7420', '127.0.0.1:7420', false],
    ['http://127.9.9.9:7420', '127.9.9.9:7420', false],
    ['http://localhost:7420', 'localhost:7420', false],
    ['http://[::1]:7420', '[::1]:7420', false],
  ])('takes %s', (address, authority, isEncrypted) => {
    expect(parseAddress(address)).toMatchObject({ authority, isEncrypted });
  });

  // breaks when: plain http is taken for any host whose name begins with 127 or localhost.
  it.each([
    'http://creance.example:7420',
    'http://127.0.0.1.example.com:7420',
    'http://localhost.example.com:7420',
    'http://127.example:7420',
    'http://10.0.0.1:7420',
    'http://0.0.0.0:7420',
    'ftp://127.0.0.1',
    'https://user@creance.example',
    'https://creance.example/path',
    'https://creance.example?x=1',
    'creance.example:7420',
    '',
  ])('refuses %s', (address) => {
    expect(() => parseAddress(address)).toThrow(
      expect.objectContaining({ reason: 'address_not_allowed' }),
    );
  });
});
