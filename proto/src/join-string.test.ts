import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { part } from './doubles/compact.js';
import {
  formatChildJoinString,
  formatJoinString,
  isJoinToken,
  type JoinString,
  joinStringCharsMax,
  parseChildJoinString,
  parseJoinString,
} from './join-string.js';
import type { Thumbprint } from './jwk.js';

const join: JoinString = {
  issuer: 'https://creance.example.internal',
  address: 'https://broker.example.internal:7420',
  anchor: 'A'.repeat(43) as Thumbprint,
  joinToken: 'B'.repeat(32),
};
const parts = { iss: join.issuer, addr: join.address, anchor: join.anchor, token: join.joinToken };
const prefix = 'creance-join:v1:';

describe('a join string', () => {
  it('gives back its four parts', () => {
    const url = fc.webUrl({ size: 'small' });
    const joinToken = fc.stringMatching(/^[A-Za-z0-9_-]{22,64}$/);
    fc.assert(
      fc.property(url, url, joinToken, (issuer, address, token) => {
        fc.pre(issuer.length <= 256 && address.length <= 256);
        const written = { ...join, issuer, address, joinToken: token };
        expect(parseJoinString(formatJoinString(written))).toEqual(written);
      }),
    );
  });

  it('is one word that a shell takes as it is', () => {
    expect(formatJoinString(join)).toMatch(/^creance-join:v1:[A-Za-z0-9_-]+$/);
  });

  it('is read with white space around it, as it comes from a file or a mail', () => {
    expect(parseJoinString(`\n\t ${formatJoinString(join)} \r\n`)).toEqual(join);
  });

  it.each([
    ['nothing', ''],
    ['white space', ' \n'],
    ['the prefix alone', prefix],
    ['another version', formatJoinString(join).replace('v1', 'v2')],
    ['the prefix in upper case', formatJoinString(join).replace('creance', 'CREANCE')],
    ['no prefix', part(parts)],
    ['white space within', formatJoinString(join).replace(prefix, `${prefix} `)],
    ['two of them', formatJoinString(join).repeat(2)],
    ['padding', `${formatJoinString(join)}==`],
    ['no JSON', `${prefix}${part('not json')}`],
    ['a list', `${prefix}${part([parts])}`],
    ['a join token alone', join.joinToken],
  ])('is not read from %s', (_name, text) => {
    expect(parseJoinString(text)).toBeUndefined();
  });

  it.each(Object.keys(parts))('is not read without %s, or with anything that it is not', (name) => {
    const { [name as 'iss']: value, ...others } = parts;
    const wrong = [null, 1, '', [value], {}, 'no url', `${value} `];
    for (const each of [others, ...wrong.map((it) => ({ ...others, [name]: it }))]) {
      const read = parseJoinString(prefix + part(each));
      // A URL may end in white space, by the standard of URLs.
      if (read !== undefined) expect(read[name === 'iss' ? 'issuer' : 'address']).toBe(`${value} `);
    }
  });

  it('is not read when it is longer than 2,048 characters', () => {
    const padded = (length: number) => prefix + part({ ...parts, more: 'x'.repeat(length) });
    expect(parseJoinString(padded(1_100))).toEqual(join);
    expect(padded(1_400).length).toBeGreaterThan(2_048);
    expect(parseJoinString(padded(1_400))).toBeUndefined();
  });

  it('is not read when an address is longer than 256 characters', () => {
    const addr = `https://broker.example/${'x'.repeat(256)}`;
    expect(parseJoinString(prefix + part({ ...parts, addr }))).toBeUndefined();
  });
});

describe('isJoinToken', () => {
  it.each([
    ['A'.repeat(22), true],
    ['A'.repeat(64), true],
    ['A'.repeat(21), false],
    ['A'.repeat(65), false],
    [`${'A'.repeat(31)}\n`, false],
    [`${'A'.repeat(31)}=`, false],
    [`${'A'.repeat(31)}+`, false],
    [`${'A'.repeat(31)}Ł`, false],
    ['', false],
  ])('of %j is %s', (text, expected) => {
    expect(isJoinToken(text)).toBe(expected);
  });
});

describe('a child join string', () => {
  const { joinToken: childJoinToken, ...home } = join;
  const text = formatChildJoinString({ ...home, childJoinToken });

  it('gives back its four parts, with white space around it', () => {
    expect(parseChildJoinString(` ${text}\n`)).toEqual({ ...home, childJoinToken });
    expect(text).toMatch(/^creance-child:v1:[A-Za-z0-9_-]+$/);
  });

  // breaks when: one kind is read as the other: a child would become a root, or the other way round
  it('is never taken for a join string, nor a join string for it', () => {
    expect(parseJoinString(text)).toBeUndefined();
    expect(parseChildJoinString(formatJoinString(join))).toBeUndefined();
  });

  it.each(['', 'creance-child:v1:', `creance-child:v1:${'A'.repeat(joinStringCharsMax)}`])(
    'refuses %j',
    (bad) => expect(parseChildJoinString(bad)).toBeUndefined(),
  );
});
