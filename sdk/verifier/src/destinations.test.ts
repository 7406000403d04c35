import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { type DestinationKind, decodeBase64url } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import { type Destination, DestinationKey, seenDestinations } from './destinations.js';
import { destinationsReadMax } from './limits.js';
import { nodePrimitives } from './node-primitives.js';
import type { Primitives } from './primitives.js';
import { webPrimitives } from './web-primitives.js';

interface Vectors {
  readonly key: string;
  readonly unreadable: Readonly<Record<DestinationKind, string>>;
  readonly destinations: readonly (Destination & { readonly hash: string })[];
  readonly refused: readonly Destination[];
}

const file = new URL('../../../test/vectors/destinations.json', import.meta.url);
const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vectors;
const key = new DestinationKey(decodeBase64url(vectors.key) ?? new Uint8Array(0));

describe.each([
  ['node:crypto', nodePrimitives() as Primitives],
  ['WebCrypto', webPrimitives()],
])('a destination hashed by %s', (_name, primitives) => {
  // breaks when: the verifier hashes otherwise than the broker
  it('is what everybody makes of it', async () => {
    for (const { kind, value, hash } of vectors.destinations)
      expect([value, await key.hashOf({ kind, value }, primitives)]).toEqual([value, hash]);
  });

  // breaks when: what has no canonical form is passed over: then a zero-width mark hides a recipient
  it('that cannot be read is told as such', async () => {
    for (const { kind, value } of vectors.refused)
      expect(await key.hashOf({ kind, value }, primitives)).toBe(vectors.unreadable[kind]);
  });
});

describe('the key', () => {
  it('is shown by nothing', () => {
    const secret = new DestinationKey(new Uint8Array(32).fill(0xab));
    for (const shown of [
      JSON.stringify(secret),
      inspect(secret, { showHidden: true }),
      `${secret}`,
    ])
      expect(shown).not.toMatch(/ab|171/);
  });
});

describe('seenDestinations', () => {
  it('keeps no more than is looked at, and nothing that cannot be read', () => {
    const kind = 'account' as const;
    const given = Array.from({ length: 10_000 }, () => ({ kind, value: 'a'.repeat(10_240) }));
    const { named, unread } = seenDestinations(given);
    expect([named.length, unread]).toEqual([destinationsReadMax, 10_000 - destinationsReadMax]);
    expect(new Set(named.map(({ value }) => value))).toEqual(new Set(['']));
  });

  it.each([7, null, undefined, {}, ['a'], { toString: () => 'a' }])(
    'takes %j for a destination that cannot be read',
    (value) => {
      const { named } = seenDestinations([{ kind: 'email', value: value as never }]);
      expect(named).toEqual([{ kind: 'email', value: '' }]);
    },
  );

  it('throws for a kind that is none, and for what is no list', () => {
    expect(() => seenDestinations([{ kind: 'constructor' as never, value: 'a' }])).toThrow(
      TypeError,
    );
    expect(() => seenDestinations('ann@example.com' as never)).toThrow(TypeError);
  });
});
