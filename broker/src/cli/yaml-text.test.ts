import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { jsonText } from './output.js';
import { yamlText } from './yaml-text.js';

const values: readonly (readonly [string, unknown])[] = [
  [
    'a list of rows',
    [
      { session: 'a', state: 'live' },
      { session: 'b', state: 'revoked' },
    ],
  ],
  ['nothing', []],
  ['null, numbers and flags', { a: null, b: 1.5, c: true, d: -0.25, e: {} }],
  ['texts that YAML would read otherwise', ['yes', '1e3', '~', '- a', ': b', '# c', ' d ', '']],
  ['texts with lines', { text: 'one\ntwo\n\n three\n' }],
  ['an object twice', Array(2).fill({ same: ['x'] })],
  ['escapes, marks that reorder, and C1', { 'k\u202e': 'a\u001b[2J\u009b\u2028\u{e0001}\r\nb\tc' }],
  ['a lone surrogate', ['\ud800']],
];

describe('yamlText', () => {
  it.each(values)('reads as what JSON says of %s, with the keys in their order', (_name, value) => {
    const read = parse(yamlText(value));
    expect(JSON.stringify(read)).toBe(JSON.stringify(JSON.parse(jsonText(value))));
  });

  it.each(values)('holds no character that does something, of %s', (_name, value) => {
    expect(yamlText(value)).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(jsonText(value)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  });

  it('gives a whole document for each value, without anchors', () => {
    const same = { a: 1 };
    expect(yamlText([same, same])).not.toMatch(/[&*]/);
  });
});
