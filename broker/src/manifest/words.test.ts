import { describe, expect, it } from 'vitest';
import { manifestBounds } from './bounds.js';
import { formatPath, listed, quoted } from './words.js';

describe('words for faults', () => {
  it('writes a path so that it is read in one way', () => {
    expect(formatPath(['workloads', 'a', 'grants', 0, 'resource'])).toBe(
      'workloads.a.grants[0].resource',
    );
    expect(formatPath(['owners', 'a.b', 'contact'])).toBe('owners["a.b"].contact');
    expect(formatPath(['owners', '', '\u0441'])).toBe('owners[""]["\\u0441"]');
    expect(formatPath([])).toBe('');
  });

  it('repeats a value in quotes, short and in ASCII', () => {
    expect(quoted('a"\\\n\u001b\u{1f600}')).toBe('"a\\"\\\\\\n\\u001b\\ud83d\\ude00"');
    expect(quoted('a'.repeat(10_000))).toHaveLength(manifestBounds.shownChars + 5);
  });

  it('lists words as people do', () => {
    expect([listed([], 'or'), listed(['a'], 'or'), listed(['a', 'b', 'c'], 'or')]).toEqual([
      '',
      'a',
      'a, b or c',
    ]);
  });
});
