import { describe, expect, it } from 'vitest';
import { Nonces } from './nonces.js';

const origin = 'https://crm.example.internal';

describe('Nonces', () => {
  it('remembers the newest of each origin', () => {
    const nonces = new Nonces();
    nonces.remember(origin, 'one');
    nonces.remember(origin, 'two');
    nonces.remember('https://other.example', 'three');
    expect(nonces.get(origin)).toBe('two');
    expect(nonces.get('https://third.example')).toBeUndefined();
  });

  it.each([undefined, null, '', 'with space', 'with"quote', 'with\\slash', 'n'.repeat(513), 'ü'])(
    'keeps the old one when the new one is %j',
    (nonce) => {
      const nonces = new Nonces();
      nonces.remember(origin, 'old');
      nonces.remember(origin, nonce);
      expect(nonces.get(origin)).toBe('old');
    },
  );

  // breaks when: the oldest origin is not forgotten
  it('holds 256 origins, whoever makes them up', () => {
    const nonces = new Nonces();
    for (let i = 0; i < 300; i += 1) nonces.remember(`https://${i}.example`, 'nonce');
    const held = Array.from({ length: 300 }, (_, i) => nonces.get(`https://${i}.example`));
    expect(held.filter((nonce) => nonce !== undefined)).toHaveLength(256);
    expect(held[299]).toBe('nonce');
    expect(held[0]).toBeUndefined();
  });
});
