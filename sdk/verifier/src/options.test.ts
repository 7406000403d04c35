import { describe, expect, it } from 'vitest';
import { parseResourceMetadata } from './options.js';

describe('parseResourceMetadata', () => {
  it.each([
    'https://crm.example/.well-known/oauth-protected-resource',
    'http://localhost:3000/.well-known/oauth-protected-resource',
    'http://127.0.0.1/meta',
    'http://[::1]:3000/meta',
  ])('takes %s', (url) => {
    expect(parseResourceMetadata(url)).toBe(url);
    expect(parseResourceMetadata(undefined)).toBeUndefined();
  });

  it.each([
    '',
    '/meta',
    'crm.example',
    'http://crm.example/meta',
    'http://127.0.0.1.evil.example/',
    'file:///meta',
  ])('refuses %j', (url) => {
    expect(() => parseResourceMetadata(url)).toThrow(TypeError);
  });

  // breaks when: the URL goes into the header as it was written
  it('lets nothing out of the quotes of the header', () => {
    const told = parseResourceMetadata('https://crm.example/a"b\\c?d="e"#f\r\ng');
    expect(told).toMatch(/^https:\/\/crm\.example\/[\x21\x23-\x5b\x5d-\x7e]+$/);
  });
});
