import { describe, expect, it } from 'vitest';
import { foreignProofMillis, foreignTokensMax } from '../limits.js';
import { ForeignPace } from './foreign-pace.js';

describe('ForeignPace', () => {
  it('takes one foreign proof of a token in a second, and of every token', () => {
    const pace = new ForeignPace();
    expect([pace.take('one', 0), pace.take('one', 0), pace.take('other', 0)]).toEqual([
      true,
      false,
      true,
    ]);
    expect(pace.take('one', foreignProofMillis - 1)).toBe(false);
    expect(pace.take('one', foreignProofMillis)).toBe(true);
    expect(pace.take('one', foreignProofMillis + 1)).toBe(false);
  });

  it('notes foreignTokensMax tokens, and has room again a second later', () => {
    const pace = new ForeignPace();
    for (let at = 0; at < foreignTokensMax; at += 1) pace.take(`${at}`, 0);
    expect(pace.allows('more', 0)).toBe(false);
    expect(pace.take('more', foreignProofMillis)).toBe(true);
  });
});
