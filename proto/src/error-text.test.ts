import { describe, expect, it } from 'vitest';
import { errorText } from './error-text.js';

const least = { code: 'CREANCE_SCOPE_NOT_GRANTED', what: 'a scope is not granted', fix: 'ask' };

describe('errorText', () => {
  it('says code, what happened and the fix, and leaves out what is not known', () => {
    expect(errorText(least)).toBe('CREANCE_SCOPE_NOT_GRANTED a scope is not granted — fix: ask');
    expect(errorText({ ...least, missing: '', request: undefined })).toBe(errorText(least));
  });

  it('has one order, whatever is known', () => {
    const all = {
      more: 'm',
      request: 'r',
      missing: 'c',
      nearestRule: 'n',
      presented: 'p',
      at: 'a',
    };
    expect(errorText({ ...least, ...all })).toBe(
      'CREANCE_SCOPE_NOT_GRANTED a scope is not granted — at: a; presented: p; nearest rule: n; missing: c; fix: ask; request: r; more: m',
    );
  });

  // breaks when: one part is not escaped, or a class of characters is left out
  it.each([
    '\u001b[2J',
    '\u0007',
    '\r\n',
    '\u009b',
    '\u202e',
    '\u200b',
    '\u2028',
    '\u2029',
    '\ud800',
  ])('shows %j as an escape, wherever it stands', (found) => {
    for (const name of ['what', 'at', 'presented', 'missing', 'fix', 'request', 'more']) {
      const text = errorText({ ...least, [name]: `a${found}b` });
      expect(text).not.toContain(found);
      expect(text).toContain(`a\\u{${(found.codePointAt(0) ?? 0).toString(16)}}`);
    }
  });
});
