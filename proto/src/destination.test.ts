import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64url } from './base64url.js';
import {
  canonicalDestination,
  type DestinationKind,
  destinationCharsMax,
  destinationHashFromBytes,
  destinationHashOfMac,
  destinationKinds,
  destinationMessage,
  destinationUnreadable,
  parseDestinationHash,
  parseDestinationKind,
} from './destination.js';

interface Vectors {
  readonly key: string;
  readonly unreadable: Readonly<Record<DestinationKind, string>>;
  readonly destinations: readonly {
    readonly kind: DestinationKind;
    readonly value: string;
    readonly canonical: string;
    readonly hash: string;
  }[];
  readonly refused: readonly {
    readonly kind: DestinationKind;
    readonly value: string;
    readonly fault: string;
  }[];
}

/** Hashes made by another language, so that whoever computes them otherwise finds out. */
const file = new URL('../../test/vectors/destinations.json', import.meta.url);
const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vectors;

function hashOf(kind: DestinationKind, canonical: string) {
  const hmac = createHmac('sha256', decodeBase64url(vectors.key) ?? '');
  return destinationHashOfMac(hmac.update(destinationMessage(kind, canonical)).digest());
}

describe('canonicalDestination', () => {
  it.each(vectors.destinations)('gives the one form of $kind $value', (vector) => {
    const canonical = canonicalDestination(vector.kind, vector.value);
    expect(canonical).toEqual({ ok: true, value: vector.canonical });
    expect(hashOf(vector.kind, vector.canonical)).toBe(vector.hash);
  });

  it.each(vectors.refused)('refuses $kind $value', ({ kind, value, fault }) => {
    expect(canonicalDestination(kind, value)).toEqual({ ok: false, error: fault });
  });

  // breaks when: any form leaves something that it would itself change
  it('leaves a canonical form as it is, whatever it was made of', () => {
    const parts = ['a', 'B', '\u00fc', 'u\u0308', '.', '/', '\\', '@', ':', '8080', '"', '[', ']'];
    const more = ['..', ' ', '`', '%41', '::1', 'https://', '?', '\u0130', '\u1e9e', '\u212a', '-'];
    const text = fc.array(fc.constantFrom(...parts, ...more), { maxLength: 8 });
    fc.assert(
      fc.property(fc.constantFrom(...destinationKinds), text, (kind, words) => {
        const once = canonicalDestination(kind, words.join(''));
        if (!once.ok) return;
        expect(canonicalDestination(kind, once.value)).toEqual(once);
        expect(once.value).not.toBe(destinationUnreadable);
      }),
      { numRuns: 5_000 },
    );
  });

  it('holds what is given and what is made of it at the same length', () => {
    const most = 'a'.repeat(destinationCharsMax);
    expect(canonicalDestination('account', most).ok).toBe(true);
    const over = { ok: false, error: 'destination_too_long' };
    expect(canonicalDestination('account', `${most}a`)).toEqual(over);
    // U+FB2C is three characters in NFC.
    expect(canonicalDestination('account', '\ufb2c'.repeat(destinationCharsMax))).toEqual(over);
  });
});

describe('a destination hash', () => {
  it('differs by kind, and of what cannot be read', () => {
    expect(hashOf('account', 'a')).not.toBe(hashOf('table', 'a'));
    for (const kind of destinationKinds)
      expect(hashOf(kind, destinationUnreadable)).toBe(vectors.unreadable[kind]);
  });

  it('is 16 bytes, and 22 characters in one form', () => {
    const hash = hashOf('account', 'a');
    expect(parseDestinationHash(hash)).toBe(hash);
    expect(parseDestinationHash(`${hash}A`)).toBeUndefined();
    // The last character holds two bits: with others set it would be a second form.
    expect(parseDestinationHash(`${hash.slice(0, -1)}B`)).toBeUndefined();
    expect(destinationHashFromBytes(new Uint8Array(15))).toBeUndefined();
    expect(() => destinationHashOfMac(new Uint8Array(15))).toThrow(TypeError);
  });

  it('knows its kinds and no other', () => {
    expect(destinationKinds.map(parseDestinationKind)).toEqual(destinationKinds);
    expect(parseDestinationKind('constructor')).toBeUndefined();
  });
});
