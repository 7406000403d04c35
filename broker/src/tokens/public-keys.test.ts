import { describe, expect, it } from 'vitest';
import { newSigner } from '../doubles/signed.js';
import { publicKeys } from './public-keys.js';

describe('the cache of public keys', () => {
  it('imports a key once', () => {
    const keys = publicKeys();
    const { keyId, jwk } = newSigner();
    const first = keys.imported(keyId, jwk);
    expect(first).toBeDefined();
    expect(keys.imported(keyId, { ...jwk })).toBe(first);
  });

  it('gives nothing for a point off the curve, however often', () => {
    const keys = publicKeys();
    const { keyId, jwk } = newSigner();
    const bad = { ...jwk, x: newSigner().jwk.x };
    expect(keys.imported(keyId, bad)).toBeUndefined();
    expect(keys.imported(keyId, bad)).toBeUndefined();
    expect(keys.imported(keyId, jwk)).toBeDefined();
  });

  // breaks when: the cache forgets the key that came first instead of the one used longest ago: then
  // strangers with keys of their own push out the keys of sessions
  it('forgets the key that was used longest ago, and only beyond its bound', () => {
    const keys = publicKeys(2);
    const [used, unused, stranger] = [newSigner(), newSigner(), newSigner()];
    const [first, second] = [used, unused].map(({ keyId, jwk }) => keys.imported(keyId, jwk));
    expect(keys.imported(used.keyId, used.jwk)).toBe(first);
    keys.imported(stranger.keyId, stranger.jwk);
    expect(keys.imported(used.keyId, used.jwk)).toBe(first);
    expect(keys.imported(unused.keyId, unused.jwk)).not.toBe(second);
  });
});
