import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  firstScopeMissing,
  formatScopes,
  parseScope,
  parseScopeClaim,
  parseScopes,
  type ScopeSet,
  scopeCharsMax,
  scopesMax,
} from './scope.js';

const first = [...'ABCXYZabcxyz0189'];
const rest = [...first, ':', '.', '_', '/', '-'];
const word: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom(...first),
    fc.string({ unit: fc.constantFrom(...rest), maxLength: scopeCharsMax - 1 }),
  )
  .map(([head, tail]) => head + tail);
const words = (least: number) => fc.uniqueArray(word, { minLength: least, maxLength: scopesMax });
const wordsOfFew = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'));

function setOf(list: readonly string[]): ScopeSet {
  const parsed = parseScopes(list);
  return parsed.ok ? parsed.value : [];
}

describe('parseScope', () => {
  it('takes every word of its form', () => {
    fc.assert(
      fc.property(word, (text) => {
        expect(parseScope(text)).toBe(text);
      }),
    );
  });

  it.each([
    ['nothing', ''],
    ['a wildcard', '*'],
    ['a wildcard at the end', 'files:*'],
    ['white space', 'files read'],
    ['a line end at the end', 'files:read\n'],
    ['a tab', 'files\tread'],
    ['a null character', 'files:read\0'],
    ['a quote', 'files"read'],
    ['a backslash', 'files\\read'],
    ['a comma', 'files,read'],
    ['a percent sign', 'files%3Aread'],
    ['a Cyrillic е', 'filеs:read'],
    ['full-width letters', 'ｆiles:read'],
    ['a long ſ that upper case turns to S', 'fileſ:read'],
    ['a zero-width space', 'files:\u200bread'],
    ['a combining mark', 'files:re\u0301ad'],
    ['a bidirectional override', 'files:\u202eread'],
    ['a byte order mark', '\ufefffiles:read'],
    ['a separator first', ':files'],
    ['a dash first', '-files'],
    ['65 characters', 'a'.repeat(65)],
  ])('refuses %s', (_name, text) => {
    expect(parseScope(text)).toBeUndefined();
    expect(parseScopes([text])).toEqual({ ok: false, error: 'scope_malformed' });
  });

  it('takes 64 characters', () => {
    expect(parseScope('a'.repeat(64))).toBeDefined();
  });
});

describe('parseScopes', () => {
  it('gives one form for a set, whatever the order', () => {
    fc.assert(
      fc.property(
        words(1).chain((list) =>
          fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
        ),
        ([list, shuffled]) => {
          expect(setOf(shuffled)).toEqual(setOf(list));
          expect(setOf(list)).toEqual([...list].sort());
        },
      ),
    );
  });

  it('refuses duplicates wherever they stand', () => {
    fc.assert(
      fc.property(words(1), fc.nat(), fc.nat(), (list, which, where) => {
        fc.pre(list.length < scopesMax);
        const doubled = list.toSpliced(
          where % (list.length + 1),
          0,
          list[which % list.length] as string,
        );
        expect(parseScopes(doubled)).toEqual({ ok: false, error: 'scope_duplicate' });
      }),
    );
  });

  it('keeps words apart that differ in case only', () => {
    expect(setOf(['files:read', 'Files:read'])).toEqual(['Files:read', 'files:read']);
  });

  it('refuses none, and more than 32', () => {
    expect(parseScopes([])).toEqual({ ok: false, error: 'scopes_none' });
    const many = Array.from({ length: scopesMax + 1 }, (_, at) => `s${at}`);
    expect(parseScopes(many)).toEqual({ ok: false, error: 'scopes_too_many' });
    expect(parseScopes(many.slice(1)).ok).toBe(true);
  });
});

describe('parseScopeClaim', () => {
  it('gives back what was formatted', () => {
    fc.assert(
      fc.property(words(1), (list) => {
        const set = setOf(list);
        expect(parseScopeClaim(formatScopes(set))).toEqual({ ok: true, value: set });
      }),
    );
  });

  // breaks when: parseScopeClaim returns `parsed` without comparing it with the claim
  it.each([
    ['another order', 'b a', 'scope_malformed'],
    ['two spaces', 'a  b', 'scope_malformed'],
    ['a space before', ' a', 'scope_malformed'],
    ['a space after', 'a ', 'scope_malformed'],
    ['a tab between', 'a\tb', 'scope_malformed'],
    ['nothing', '', 'scope_malformed'],
    ['a duplicate', 'a a', 'scope_duplicate'],
    ['33 words', Array.from({ length: 33 }, (_, at) => `s${at + 10}`).join(' '), 'scopes_too_many'],
  ])('refuses %s', (_name, claim, error) => {
    expect(parseScopeClaim(claim)).toEqual({ ok: false, error });
  });
});

describe('firstScopeMissing', () => {
  const few = wordsOfFew.map((list) => setOf(list));

  // breaks when: firstScopeMissing compares by `startsWith`
  it('says yes exactly when the one is a subset of the other', () => {
    fc.assert(
      fc.property(few, few, (asked, held) => {
        const subset = asked.every((scope) => new Set(held).has(scope));
        expect(firstScopeMissing(asked, held) === undefined).toBe(subset);
      }),
    );
  });

  it('is reflexive, and no chain of subsets widens', () => {
    fc.assert(
      fc.property(few, few, few, (child, parent, root) => {
        expect(firstScopeMissing(child, child)).toBeUndefined();
        fc.pre(!firstScopeMissing(child, parent) && !firstScopeMissing(parent, root));
        expect(firstScopeMissing(child, root)).toBeUndefined();
      }),
    );
  });

  it('names the first word in order that is missing', () => {
    expect(firstScopeMissing(setOf(['c', 'b', 'a']), setOf(['a']))).toBe('b');
  });

  it.each([
    ['files:readall', 'files:read'],
    ['files:read', 'files:readall'],
    ['files', 'files:read'],
    ['files:read/a', 'files:read'],
    ['FILES:READ', 'files:read'],
  ])('does not let %s pass for %s', (asked, held) => {
    expect(firstScopeMissing(setOf([asked]), setOf([held]))).toBe(asked);
  });
});
