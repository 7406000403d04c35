import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeBase64url } from './base64url.js';
import { compact, part } from './doubles/compact.js';
import { asJsonObject, type JwsForm, parseJsonObject, parseJws } from './jws.js';

const form: JwsForm = { charsMax: 4_096, types: ['at+jwt'], members: ['kid'] };
const header = { alg: 'ES256', typ: 'at+jwt', kid: 'k' };
const good = compact(header, { sub: 'a' });

function faultOf(text: string, under: JwsForm = form): string {
  const parsed = parseJws(text, under);
  return parsed.ok ? 'none' : parsed.error;
}

describe('parseJws', () => {
  it('gives header, payload, signature and exactly the text that was signed', () => {
    const parsed = parseJws(good, form);
    if (!parsed.ok) throw new Error(parsed.error);
    expect({ ...parsed.value.header }).toEqual(header);
    expect({ ...parsed.value.payload }).toEqual({ sub: 'a' });
    expect(parsed.value.signature).toHaveLength(64);
    expect(`${parsed.value.signingInput}.${part('').padEnd(86, 'A')}`).toBe(good);
  });

  it.each([
    ['nothing', '', 'malformed'],
    ['one part', part(header), 'malformed'],
    ['two parts', `${part(header)}.${part({})}`, 'malformed'],
    ['four parts', `${good}.`, 'malformed'],
    ['five parts', `${good}..`, 'malformed'],
    ['only dots', '..', 'malformed'],
    ['an empty header', good.slice(good.indexOf('.')), 'malformed'],
    ['an empty payload', `${part(header)}..${'A'.repeat(86)}`, 'malformed'],
    ['an empty signature', `${part(header)}.${part({})}.`, 'malformed'],
    [
      '63 bytes of signature',
      `${part(header)}.${part({})}.${encodeBase64url(new Uint8Array(63))}`,
      'malformed',
    ],
    [
      '65 bytes of signature',
      `${part(header)}.${part({})}.${encodeBase64url(new Uint8Array(65))}`,
      'malformed',
    ],
    [
      'a signature in DER',
      `${part(header)}.${part({})}.${encodeBase64url(new Uint8Array(70).fill(48))}`,
      'malformed',
    ],
    ['padding', `${good}==`, 'not_canonical'],
    ['a line end after it', `${good}\n`, 'not_canonical'],
    ['white space before it', ` ${good}`, 'not_canonical'],
    ['trailing bits in the signature', `${good.slice(0, -1)}B`, 'not_canonical'],
    [
      'JSON serialization',
      JSON.stringify({ protected: part(header), payload: part({}), signature: 'A' }),
      'malformed',
    ],
  ])('refuses %s', (_name, text, fault) => {
    expect(faultOf(text)).toBe(fault);
  });

  // breaks when: headerFault drops the allow-list of names
  it.each([
    'jku',
    'jwk',
    'x5u',
    'x5c',
    'x5t',
    'crit',
    'b64',
    'zip',
    'cty',
    'enc',
    'p2c',
    '__proto__',
    'constructor',
    'Alg',
    'KID',
  ])('refuses the header member %s, even when it is empty', (name) => {
    for (const value of ['null', '""', '[]', '"https://thief.example/keys"']) {
      const text = `{"alg":"ES256","typ":"at+jwt","kid":"k",${JSON.stringify(name)}:${value}}`;
      expect(faultOf(compact(text, {}))).toBe('header_not_allowed');
    }
  });

  // breaks when: `alg` is compared without regard to case, or its line is dropped
  it.each([
    ['none'],
    ['None'],
    [''],
    ['es256'],
    ['Es256'],
    [' ES256'],
    ['ES256\0'],
    ['ES384'],
    ['ES256K'],
    ['HS256'],
    ['RS256'],
    ['PS256'],
    ['EdDSA'],
    [null],
    [0],
    [['ES256']],
    [{ ES256: 1 }],
  ])('refuses the algorithm %j', (alg) => {
    expect(faultOf(compact({ ...header, alg }, {}))).toBe('wrong_algorithm');
  });

  it('refuses a header without algorithm, type or a member that must be there', () => {
    expect(faultOf(compact({ typ: 'at+jwt', kid: 'k' }, {}))).toBe('wrong_algorithm');
    expect(faultOf(compact({ alg: 'ES256', kid: 'k' }, {}))).toBe('wrong_type');
    expect(faultOf(compact({ alg: 'ES256', typ: 'at+jwt' }, {}))).toBe('malformed');
  });

  // breaks when: the check of `typ` is dropped: then a proof or a logout token is an access token
  it.each([
    ['JWT'],
    ['AT+JWT'],
    ['at+jwt '],
    ['dpop+jwt'],
    ['logout+jwt'],
    ['secevent+jwt'],
    [null],
    [['at+jwt']],
  ])('refuses the type %j', (typ) => {
    expect(faultOf(compact({ ...header, typ }, {}))).toBe('wrong_type');
  });

  it.each([
    ['an array', '[]'],
    ['a number', '1'],
    ['null', 'null'],
    ['a text', '"{}"'],
    ['two objects', '{}{}'],
    ['a comment', '{/**/}'],
    ['a trailing comma', '{"a":1,}'],
    ['single quotes', "{'a':1}"],
    ['NaN', '{"a":NaN}'],
    ['nothing', ''],
    ['white space', ' '],
    ['a byte order mark', '\ufeff{"a":1}'],
  ])('refuses a payload or header that is %s', (_name, json) => {
    expect(faultOf(compact(header, json))).toBe('malformed');
    expect(faultOf(compact(json, {}))).toBe('malformed');
  });

  // breaks when: the decoder loses `fatal`: then many byte strings are one claim
  it.each([
    ['a lone continuation byte', [0x80]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['a cut character', [0xe2, 0x82]],
    ['UTF-16', [0xff, 0xfe]],
  ])('refuses a payload that is no UTF-8: %s', (_name, bytes) => {
    const payload = Uint8Array.of(...Buffer.from('{"a":"'), ...bytes, ...Buffer.from('"}'));
    expect(faultOf(`${part(header)}.${encodeBase64url(payload)}.${'A'.repeat(86)}`)).toBe(
      'malformed',
    );
  });

  it('looks into nothing that is longer than the form allows', () => {
    const short = { ...form, charsMax: good.length };
    expect(faultOf(good, short)).toBe('none');
    expect(faultOf(good, { ...form, charsMax: good.length - 1 })).toBe('too_large');
    // Not canonical, four parts and no JSON: only the size is told.
    expect(faultOf('!.'.repeat(2_100))).toBe('too_large');
  });

  it('answers within bounded time to what is large or deep', () => {
    const deep = (open: string, close: string) => open.repeat(1_400) + close.repeat(1_400);
    const started = performance.now();
    expect(faultOf('x'.repeat(64_000_000))).toBe('too_large');
    expect(faultOf('.'.repeat(4_096))).toBe('malformed');
    expect(faultOf(compact(header, deep('[', ']')))).toBe('malformed');
    expect(faultOf(compact(header, `{"a":${'['.repeat(2_800)}`))).toBe('malformed');
    expect(faultOf(compact(header, `{"a":${deep('[', ']')}}`))).toBe('none');
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

describe('parseJsonObject', () => {
  const parse = (json: string) => parseJsonObject(new TextEncoder().encode(json));

  // breaks when: asJsonObject copies to `{}`
  it('lets no member reach Object.prototype', () => {
    const parsed = parse('{"__proto__":{"alg":"ES256"},"a":1}');
    expect(parsed && Object.getPrototypeOf(parsed)).toBeNull();
    expect(parsed?.['alg']).toBeUndefined();
    expect(parsed && Object.keys(parsed)).toEqual(['__proto__', 'a']);
    expect(({} as Record<string, unknown>)['alg']).toBeUndefined();
    expect(parse('{}')?.['toString']).toBeUndefined();
  });

  it('takes the last of duplicate members, as RFC 7515 §4 asks of a parser that does not refuse', () => {
    expect(parse('{"alg":"none","alg":"ES256"}')?.['alg']).toBe('ES256');
    expect(faultOf(compact('{"alg":"ES256","typ":"at+jwt","kid":"k","alg":"none"}', {}))).toBe(
      'wrong_algorithm',
    );
  });
});

describe('asJsonObject', () => {
  it('is undefined for whatever is no plain object', () => {
    for (const value of [undefined, null, 1, 'a', true, [], [{}], () => ({})]) {
      expect(asJsonObject(value)).toBeUndefined();
    }
  });

  it('copies own members only', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (members) => {
        const copy = asJsonObject(members);
        expect(copy && Object.keys(copy).sort()).toEqual(Object.keys(members).sort());
      }),
    );
  });
});
