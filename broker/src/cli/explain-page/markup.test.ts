import { describe, expect, it } from 'vitest';
import { escaped, html, type Markup } from './markup.js';

describe('html', () => {
  // breaks when: a value is written as it comes
  it('escapes every value, between tags and between quotes', () => {
    const name = `<img src=x onerror="alert('1')">&`;
    const written = '&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;';
    expect(html`<b title="${name}">${name}</b>`.text).toBe(`<b title="${written}">${written}</b>`);
  });

  it('takes markup as it is, and a list of it', () => {
    expect(html`<p>${[html`<b>${'<'}</b>`, html`<i>${2}</i>`]}</p>`.text).toBe(
      '<p><b>&lt;</b><i>2</i></p>',
    );
  });

  // breaks when: whoever looks like markup is taken for it
  it('does not take an object of that shape for markup', () => {
    const forged = { text: '<script>' } as unknown as Markup;
    expect(() => html`${forged}`).toThrow();
  });

  it('rounds numbers to hundredths of a pixel', () => {
    expect(html`${1 / 3} ${-0.005}`.text).toBe('0.33 0');
  });
});

describe('escaped', () => {
  it.each([
    ['\u202egnp.exe', '\\u{202e}gnp.exe'],
    ['a\u0000b\nc', 'a\\u{0}b\\u{a}c'],
    ['\u200b', '\\u{200b}'],
    ['&amp;', '&amp;amp;'],
  ])('shows what would hide or turn text: %j', (text, shown) => {
    expect(escaped(text)).toBe(shown);
  });
});
