import { describe, expect, it } from 'vitest';
import { seededEntropy } from '../doubles/seeded-entropy.js';
import { nonceMillisMax, openNonces } from './nonces.js';

describe('a nonce', () => {
  const nonces = openNonces(seededEntropy());
  const step = nonceMillisMax / 2;
  const start = 1_000 * step;

  it('is fresh in its step and in the one after', () => {
    const nonce = nonces.current(start);
    expect(nonces.isFresh(nonce, start)).toBe(true);
    expect(nonces.isFresh(nonce, start + 2 * step - 1)).toBe(true);
  });

  // breaks when: isFresh looks back one step more
  it('is stale two steps later', () => {
    expect(nonces.isFresh(nonces.current(start), start + 2 * step)).toBe(false);
  });

  it('is not fresh before it is handed out', () => {
    expect(nonces.isFresh(nonces.current(start + step), start)).toBe(false);
  });

  it('stays the same within a step and is another in the next', () => {
    expect(nonces.current(start + step - 1)).toBe(nonces.current(start));
    expect(nonces.current(start + step)).not.toBe(nonces.current(start));
  });

  // breaks when: the secret is a constant: then a proof from before a restart could be replayed
  it('is worthless to another process', () => {
    const other = openNonces(seededEntropy('another process'));
    expect(other.isFresh(nonces.current(start), start)).toBe(false);
  });

  it('is one word that a header takes, and no shorter than 128 bits', () => {
    expect(nonces.current(start)).toMatch(/^[A-Za-z0-9_-]{32}$/);
  });

  it.each([
    ['nothing', ''],
    ['a part of it', nonces.current(start).slice(1)],
    ['more than it', `${nonces.current(start)}A`],
    ['another case', nonces.current(start).toLowerCase()],
    ['other characters of the same length', 'é'.repeat(32)],
    ['a megabyte', 'A'.repeat(1_000_000)],
  ])('is not %s', (_name, text) => {
    expect(nonces.isFresh(text, start)).toBe(false);
  });
});
