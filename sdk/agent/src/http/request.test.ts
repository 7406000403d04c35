import { describe, expect, it } from 'vitest';
import { parseRequest } from './request.js';

const scopes = ['contacts:read'];
const url = 'https://crm.example/contacts?page=2#top';

describe('parseRequest', () => {
  it('takes the target without query and fragment, and the origin as audience', () => {
    const request = parseRequest(url, { scopes });
    expect(request.target).toBe('https://crm.example/contacts');
    expect(request.ask).toMatchObject({ audience: 'https://crm.example', scopes });
    expect(request.method).toBe('GET');
  });

  it('takes the audience that the caller names', () => {
    const request = parseRequest('http://127.0.0.1:8080/', {
      scopes,
      audience: 'https://crm.example',
    });
    expect(request.ask.audience).toBe('https://crm.example');
  });

  it('reads a Request, and lets init win over it', () => {
    const given = new Request(url, { method: 'put', headers: { 'x-a': '1' }, body: 'text' });
    const request = parseRequest(given, { scopes });
    expect(request.method).toBe('PUT');
    expect(request.headers.get('x-a')).toBe('1');
    expect(parseRequest(given, { scopes, method: 'post' }).method).toBe('POST');
  });

  it.each([
    ['patch', 'patch'],
    ['delete', 'DELETE'],
  ])('signs the method %s as fetch sends it', (method, sent) => {
    expect(parseRequest(url, { scopes, method }).method).toBe(sent);
  });

  // breaks when: the guard of that row goes
  it.each([
    ['http://crm.example/', {}, 'CREANCE_PLAIN_HTTP'],
    ['http://127.0.0.1.crm.example/', {}, 'CREANCE_PLAIN_HTTP'],
    ['/contacts', {}, 'CREANCE_URL_NOT_ALLOWED'],
    ['https://user:pass@crm.example/', {}, 'CREANCE_URL_NOT_ALLOWED'],
    ['data:text/plain,hello', {}, 'CREANCE_URL_NOT_ALLOWED'],
    [url, { redirect: 'follow' }, 'CREANCE_REDIRECT_FOLLOW'],
    [url, { headers: { Authorization: 'Bearer mine' } }, 'CREANCE_HEADER_RESERVED'],
    [url, { headers: [['DPOP', 'mine']] }, 'CREANCE_HEADER_RESERVED'],
    [url, { headers: new Headers({ dpop: 'mine' }) }, 'CREANCE_HEADER_RESERVED'],
    // An id of the caller's could hide another action.
    [url, { headers: { 'Creance-Action': 'mine' } }, 'CREANCE_HEADER_RESERVED'],
    [url, { scopes: [] }, 'CREANCE_SCOPE_MALFORMED'],
  ])('refuses %s with %j', (input, init, code) => {
    expect(() => parseRequest(input, { scopes, ...(init as object) })).toThrowError(
      expect.objectContaining({ code }),
    );
  });

  it('refuses the headers of a Request as well', () => {
    const given = new Request(url, { headers: { authorization: 'Bearer mine' } });
    expect(() => parseRequest(given, { scopes })).toThrowError(
      expect.objectContaining({ code: 'CREANCE_HEADER_RESERVED' }),
    );
  });

  it.each(['http://127.0.0.1:1/', 'http://[::1]:1/', 'http://localhost:1/'])(
    'lets plain http go to %s',
    (input) => {
      expect(parseRequest(input, { scopes }).target).toBe(input);
    },
  );

  const form = new FormData();
  form.set('a', 'b');
  it.each([
    ['no body', null, true],
    ['a string', 'text', true],
    ['bytes', Uint8Array.of(1), true],
    ['a buffer', new ArrayBuffer(1), true],
    ['parameters', new URLSearchParams('a=b'), true],
    ['a form', form, true],
    ['a blob', new Blob(['text']), true],
    ['a stream', new ReadableStream(), false],
  ])('knows whether %s can be sent again', (_name, body, resendable) => {
    expect(parseRequest(url, { scopes, method: 'POST', body }).resendable).toBe(resendable);
  });

  it('does not send the body of a Request again', () => {
    const given = new Request(url, { method: 'POST', body: 'text' });
    expect(parseRequest(given, { scopes }).resendable).toBe(false);
    expect(parseRequest(new Request(url), { scopes }).resendable).toBe(true);
  });
});
