import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultsOf, sample } from '../support/manifest-faults.js';

let prototypeBefore: PropertyDescriptorMap;

beforeAll(() => {
  prototypeBefore = Object.getOwnPropertyDescriptors(Object.prototype);
});

// Whatever the tables hold, no object of the process gains a property by it.
afterAll(() => {
  expect(Object.getOwnPropertyDescriptors(Object.prototype)).toEqual(prototypeBefore);
  expect(Reflect.get({}, 'contact')).toBeUndefined();
});

const megabyte = 1_048_576;

function filled(start: string, part: string): string {
  return start + part.repeat(Math.floor((megabyte - start.length) / part.length));
}

const laughs = ['a: &a [l, l, l, l]', ...'bcdefghij'].reduce((text, to, at) => {
  const of = 'abcdefghi'[at - 1];
  return `${text}\n${to}: &${to} [*${of}, *${of}, *${of}, *${of}, *${of}, *${of}, *${of}, *${of}]`;
});

const manyKeys = Array.from({ length: 80_000 }, (_, at) => `k${10_000_000 + at}: 1`).join('\n');

/** Name, text, faults at most, and the fault that ends the reading: its place says how far that went. */
const bombs: [string, string, number, string][] = [
  ['billion laughs', laughs, 100, '2:8 alias_refused b[0]'],
  ['a megabyte of keys', manyKeys, 1, '65:1 entries_too_many'],
  ['a megabyte of keys in one line', filled('{', 'a: 1, '), 1, '1:386 entries_too_many'],
  ['lists in lists', filled('a: ', '['), 1, '1:19 nesting_too_deep a[0][0]'],
  ['lists in lists by dashes', filled('', '- '), 1, '1:33 nesting_too_deep [0][0]'],
  ['maps in maps', filled('', '{a: '), 1, '1:65 nesting_too_deep a.a.a'],
  ['keys in keys', filled('', '? '), 1, '1:33 nesting_too_deep'],
  ['items', filled('a: {b: [', 'c, '), 1, '1:3081 entries_too_many a.b'],
  ['commas', filled('a: [', ','), 1, '1:67 syntax'],
  ['texts in a row', filled('a: ', '"" '), 1, '1:52 syntax'],
  ['closing brackets', filled('', ']'), 1, '1:64 syntax'],
  ['anchors', filled('a: ', '&a '), 18, '1:4 anchor_refused a'],
  ['tags', filled('a: ', '!!a '), 18, '1:4 tag_refused a'],
  ['directives', '%A\n'.repeat(90_000), 200, '1:1 directive_refused'],
  ['documents', '---\n'.repeat(90_000), 1, '2:1 documents_several'],
  ['empty lines', filled('', '\n'), 1, '1:1 lines_too_many'],
  ['zeros', filled('', '\0'), 200, '1:1 character_refused'],
  ['one byte too much', 'a'.repeat(megabyte + 1), 1, '1:1 file_too_large'],
  ['too many bytes of few characters', '\u20ac'.repeat(megabyte / 3 + 1), 1, '1:1 file_too_large'],
];

describe('a bomb', () => {
  // breaks when: scan.ts hands the text to `yaml` as a whole, which reads to the end before it says a word
  it.each(bombs)('is refused where its bound is hit: %s', (_, text, most, fault) => {
    const faults = faultsOf(text).split(' & ');
    expect(faults.length).toBeLessThanOrEqual(most);
    expect(faults.some((one) => one.startsWith(fault))).toBe(true);
    expect(faultsOf(sample)).toBe('');
  });
});
