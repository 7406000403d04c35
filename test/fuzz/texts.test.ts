import {
  canonicalDestination,
  decodeBase64url,
  destinationKinds,
  encodeBase64url,
  formatChildJoinString,
  formatJoinString,
  formatScopes,
  packLineage,
  parseChildJoinString,
  parseJoinString,
  parseScopeClaim,
  type Thumbprint,
  unpackLineage,
} from '@creance/proto';
import { afterAll, describe, expect, it } from 'vitest';
import { parseManifest } from '../../broker/src/manifest/index.js';
import { fuzz, mutatedText } from '../support/fuzz.js';
import { longMillis } from '../support/long.js';
import { sample } from '../support/manifest-faults.js';
import { mutated } from '../support/mutations.js';
import { lineageOf } from '../support/token-attacks.js';

const home = {
  issuer: 'https://creance.example.internal',
  address: 'https://broker.example.internal:7420',
  anchor: 'A'.repeat(43) as Thumbprint,
};

/** Changes the JSON within the string, or the string itself. */
function mutatedJoin(good: string, next: (below: number) => number): string {
  if (next(2) === 0) return mutatedText(good, next);
  const [words = '', version = '', packed = ''] = good.split(':');
  const json = Buffer.from(packed, 'base64url').toString();
  return `${words}:${version}:${Buffer.from(mutatedText(json, next)).toString('base64url')}`;
}

afterAll(() => {
  expect(({} as Record<string, unknown>)['a']).toBeUndefined();
});

describe('texts that strangers hand over', { timeout: longMillis }, () => {
  // breaks when: parse in join-string.ts leaves out a part, so that what it reads it cannot write
  it('a join string is read as it would be written, or not at all', async () => {
    const good = formatJoinString({ ...home, joinToken: 't'.repeat(43) });
    await fuzz({
      seed: 1,
      quick: 4_000,
      make: (next) => mutatedJoin(good, next),
      read: (text) => {
        const join = parseJoinString(text);
        if (join === undefined) return 'none';
        expect(parseJoinString(formatJoinString(join))).toEqual(join);
        // A child's string is of another kind, whatever it holds.
        expect(parseChildJoinString(text)).toBeUndefined();
        return 'join';
      },
      verdicts: ['none', 'join'],
      mustMeet: ['none', 'join'],
    });
  });

  it('a child join string is read as it would be written, or not at all', async () => {
    const good = formatChildJoinString({ ...home, childJoinToken: 't'.repeat(43) });
    await fuzz({
      seed: 2,
      quick: 4_000,
      make: (next) => mutatedJoin(good, next),
      read: (text) => {
        const join = parseChildJoinString(text);
        if (join === undefined) return 'none';
        expect(parseChildJoinString(formatChildJoinString(join))).toEqual(join);
        expect(parseJoinString(text)).toBeUndefined();
        return 'child';
      },
      verdicts: ['none', 'child'],
      mustMeet: ['none', 'child'],
    });
  });

  // breaks when: unpackLineage takes what is left over, or decodeBase64url trailing bits
  it('a packed lineage has one form', async () => {
    await fuzz({
      seed: 3,
      quick: 10_000,
      make: (next) => {
        const good = lineageOf(1 + next(8), next(4));
        if (next(3) === 0) return mutatedText(good, next);
        return encodeBase64url(mutated(Buffer.from(good, 'base64url'), next));
      },
      read: (text) => {
        const lineage = unpackLineage(text);
        if (lineage === undefined) return 'none';
        expect(packLineage(lineage)).toBe(text);
        return 'lineage';
      },
      verdicts: ['none', 'lineage'],
      mustMeet: ['none', 'lineage'],
    });
  });

  // breaks when: parseScopeClaim sorts and forgets duplicates instead of refusing them
  it('a scope claim has one form', async () => {
    await fuzz({
      seed: 4,
      quick: 20_000,
      make: (next) => mutatedText('contacts:export contacts:read mail:send', next),
      read: (text) => {
        const scopes = parseScopeClaim(text);
        if (!scopes.ok) return scopes.error;
        expect(formatScopes(scopes.value)).toBe(text);
        expect(text).toMatch(/^[\x21-\x7e]+( [\x21-\x7e]+)*$/);
        return 'scopes';
      },
      verdicts: ['scopes', 'scope_malformed', 'scope_duplicate', 'scopes_none', 'scopes_too_many'],
      mustMeet: ['scopes', 'scope_malformed'],
    });
  });

  it('base64url has one text for each value', async () => {
    await fuzz({
      seed: 5,
      quick: 20_000,
      make: (next) => mutatedText('AZaz09-_AZaz09-_', next).slice(0, next(24)),
      read: (text) => {
        const bytes = decodeBase64url(text);
        if (bytes === undefined) return 'none';
        expect(encodeBase64url(bytes)).toBe(text);
        expect(Buffer.from(text, 'base64url').equals(bytes)).toBe(true);
        return 'bytes';
      },
      verdicts: ['none', 'bytes'],
      mustMeet: ['none', 'bytes'],
    });
  });

  // breaks when: a form leaves something for a second look, so that agent and verifier hash two texts
  it.each(destinationKinds)(
    'the canonical form of a destination of kind %s is its own',
    async (kind) => {
      const goods = [
        'Ops@Example.com',
        'api.example.com',
        'https://Example.com:443/a/../b',
        'a.b.c',
      ];
      goods.push(
        '@scope/name@1.2.3',
        '/srv/./files//a/../b/',
        'acct_42',
        '[2001:DB8::1]',
        '0x7f.1',
      );
      await fuzz({
        seed: 6,
        quick: 3_000,
        make: (next) => mutatedText(goods[next(goods.length)] as string, next),
        read: (text) => {
          const form = canonicalDestination(kind, text);
          if (!form.ok) return form.error;
          expect(canonicalDestination(kind, form.value)).toEqual(form);
          return 'form';
        },
        verdicts: [
          'form',
          ...['too_long', 'character', 'empty', 'malformed'].map((why) => `destination_${why}`),
        ],
        mustMeet: ['form', 'destination_character'],
      });
    },
  );
});

describe('the manifest', { timeout: longMillis }, () => {
  it('is taken whole, or every fault has a place', async () => {
    await fuzz({
      seed: 7,
      quick: 1_000,
      make: (next) => mutatedText(sample, next),
      read: (text) => {
        const parsed = parseManifest(text, 'creance.yaml', { dev: false });
        if (parsed.ok) return 'manifest';
        expect(parsed.error.length).toBeGreaterThan(0);
        for (const { line, column, code } of parsed.error) {
          expect(line).toBeGreaterThanOrEqual(1);
          expect(column).toBeGreaterThanOrEqual(1);
          expect(code).toMatch(/^[a-z][a-z_]+$/);
        }
        return 'faults';
      },
      verdicts: ['manifest', 'faults'],
      mustMeet: ['manifest', 'faults'],
    });
  });
});
