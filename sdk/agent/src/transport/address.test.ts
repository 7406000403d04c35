import { describe, expect, it } from 'vitest';
import { parseAddress } from './address.js';

describe('parseAddress', () => {
  it.each([
    [
      'https://creance.example:7420',
      'https://creance.example:7420',
      'dns:creance.example:7420',
      true,
    ],
    ['https://creance.example', 'https://creance.example', 'dns:creance.example:443', true],
    ['HTTPS://Creance.Example:443/', 'https://creance.example', 'dns:creance.example:443', true],
    ['http://127.0.0.1:7420', 'http://127.0.0.1:7420', 'dns:127.0.0.1:7420', false],
    ['http://localhost', 'http://localhost', 'dns:localhost:80', false],
    ['http://[::1]:7420', 'http://[::1]:7420', 'dns:[::1]:7420', false],
  ])('reads %s', (address, origin, target, tls) => {
    expect(parseAddress(address)).toEqual({ origin, target, tls });
  });

  // breaks when: the loopback check goes
  it.each([
    'http://creance.example:7420',
    'http://127.0.0.1.evil.example:7420',
    'https://user:pass@creance.example',
    'https://creance.example/path',
    'https://creance.example/?query',
    'https://creance.example/#fragment',
    'ftp://creance.example',
    'unix:/run/creance.sock',
    'creance.example:7420',
    '',
  ])('refuses %s', (address) => {
    expect(() => parseAddress(address)).toThrowError(
      expect.objectContaining({ code: 'CREANCE_ADDRESS_NOT_ALLOWED' }),
    );
  });
});
