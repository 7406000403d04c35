import { describe, expect, it } from 'vitest';
import { nameOf, nameOfRequest } from './action-name.js';

const request = { method: 'GET', url: 'https://crm.example/contacts/4711', audience: 'crm' };

describe('nameOf', () => {
  // breaks when: a name goes out as it was given
  it.each([
    ['contacts.export', 'contacts.export'],
    ['GET /kontakte/:größe', 'GET /kontakte/:größe'],
    ['a\r\nb\0c\u001b[31m', 'a\ufffd\ufffdb\ufffdc\ufffd[31m'],
    ['\u202egpj.exe\u200b\u2028', '\ufffdgpj.exe\ufffd\ufffd'],
    ['half \ud83d', 'half \ufffd'],
    ['whole \u{1f4e7}', 'whole \u{1f4e7}'],
  ])('shows %j as %j', (given, shown) => {
    expect(nameOf(given)).toBe(shown);
  });

  it('is cut off at 128 characters, and leaves no half of one', () => {
    expect(nameOf('a'.repeat(10_240))).toBe('a'.repeat(128));
    expect(nameOf(`${'a'.repeat(127)}\u{1f4e7}`)).toBe(`${'a'.repeat(127)}\ufffd`);
    expect(nameOf('\0'.repeat(10_240))).toHaveLength(128);
  });

  it.each(['', undefined, null, 7, {}])('is none for %j', (given) => {
    expect(nameOf(given)).toBeUndefined();
  });
});

describe('nameOfRequest', () => {
  it('takes the caller’s name, else the session’s, else the method', () => {
    const actionName = () => 'contacts.read';
    expect(nameOfRequest(request, 'contacts.export', actionName)).toBe('contacts.export');
    expect(nameOfRequest(request, undefined, actionName)).toBe('contacts.read');
    expect(nameOfRequest(request, undefined, () => undefined)).toBe('HTTP GET');
    expect(nameOfRequest(request, '', undefined)).toBe('HTTP GET');
  });

  // breaks when: the default names the path
  it('holds nothing of the path by itself', () => {
    expect(nameOfRequest(request, undefined, undefined)).not.toMatch(/contacts|4711/);
  });

  it('survives a function that throws, or gives what is no name', () => {
    const fails = () => {
      throw new Error('no name');
    };
    expect(nameOfRequest(request, undefined, fails)).toBe('HTTP GET');
    expect(nameOfRequest(request, undefined, (() => 7) as never)).toBe('HTTP GET');
    expect(
      nameOfRequest({ ...request, method: 'X'.repeat(500) }, undefined, undefined),
    ).toHaveLength(128);
  });
});
