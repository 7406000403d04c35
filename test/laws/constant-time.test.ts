import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openNonces } from '../../broker/src/tokens/nonces.js';

const root = join(import.meta.dirname, '../..');
const folders = ['broker/src', 'proto/src', 'sdk/agent/src', 'sdk/verifier/src'];

/** Sources of what is shipped, line by line. */
const lines = folders.flatMap((folder) =>
  (readdirSync(join(root, folder), { recursive: true }) as string[])
    .filter(
      (file) =>
        file.endsWith('.ts') && !/\.test\.ts$|doubles\/|double-|fake-|\bgen\/|support\//.test(file),
    )
    .flatMap((file) =>
      readFileSync(join(root, folder, file), 'utf8')
        .split('\n')
        .map((line) => ({ file: `${folder}/${file}`, line: line.trim() })),
    ),
);

/** Texts that only we can make, or that only their holder knows: of these no compare may tell how much was right. */
const secret = String.raw`(?:\w*[sS]ecret|nonce|[jJ]oinToken|mac|hmac|signature|privateKey)`;
const compare = new RegExp(
  String.raw`(?:\b${secret}\s*[!=]==(?!\s*(?:undefined|null|''|'\w))|(?<!'')\s[!=]==\s*[\w.]*\b${secret}\b|\b${secret}\.(?:equals|localeCompare|startsWith)\()`,
);

describe('F-62 a compare of a secret', () => {
  // breaks when: a nonce, MAC or join token is compared by === anywhere
  it('goes through a function that takes the same time whatever was right', () => {
    const found = lines.filter(({ line }) => compare.test(line) && !/^(\*|\/\/|\/\*)/.test(line));
    expect(found.map(({ file, line }) => `${file}: ${line}`)).toEqual([]);
  });

  it('is found by this test where one is planted', () => {
    for (const planted of [
      'return nonce === (await this.#nonceOf(step));',
      'if (given.nonce !== nonce) return refuse();',
      'if (signature.equals(expected)) return ok();',
      "return token.secret === secret ? ok : refuse({ reason: 'x' });",
    ])
      expect(planted).toMatch(compare);
  });

  it('answers the same to a nonce that is wrong at its first and at its last character', () => {
    const nonces = openNonces({ bytes: (count) => new Uint8Array(count).fill(7) });
    const good = nonces.current(1);
    expect(nonces.isFresh(good, 1)).toBe(true);
    for (let at = 0; at < good.length; at += 1) {
      const other = good[at] === 'A' ? 'B' : 'A';
      expect(nonces.isFresh(good.slice(0, at) + other + good.slice(at + 1), 1)).toBe(false);
    }
    for (const wrong of ['', good.slice(1), `${good} `, good + good])
      expect(nonces.isFresh(wrong, 1)).toBe(false);
  });
});

describe('F-60 a pattern', () => {
  // breaks when: a RegExp is made of a text that comes from outside
  it('is written in the source, but for one that is made of a number', () => {
    const made = lines.filter(
      ({ line }) => /new RegExp\(|\bRegExp\(/.test(line) && !line.startsWith('*'),
    );
    expect(made.map(({ file }) => file)).toEqual(['broker/src/manifest/name.ts']);
    expect(made[0]?.line).toContain('nameCharsMax');
  });

  const literals = lines.flatMap(({ file, line }) =>
    // A literal in code: what stands before it is no word, number or closing bracket.
    [
      ...line.matchAll(
        /(?<=[=(:,?!&|]\s*|^)\/((?![*/])(?:\\.|\[(?:\\.|[^\]])*\]|[^/\\[])+)\/([dgimsuvy]*)(?=[.,;):\s]|$)/g,
      ),
    ].map(([, source = '', flags = '']) => ({ file, source, flags })),
  );
  const bytes = 100_000;
  const repeated = [
    'a',
    ' ',
    '0',
    '-',
    '.',
    '/',
    ':',
    '%',
    'a.',
    'a-',
    ' a',
    '(',
    '"',
    '\\',
    '\u00e9',
    '\u202e',
    'eyJ',
    '\n',
  ].map((part) => part.repeat(Math.ceil(bytes / part.length)));

  // breaks when: a pattern with two ways to match the same text is written, such as (a+)+$
  it('of the source takes no time that grows faster than the text', () => {
    expect(literals.length).toBeGreaterThan(60);
    const slow: string[] = [];
    for (const { file, source, flags } of literals) {
      const pattern = new RegExp(source, flags.replace('y', ''));
      for (const text of repeated) {
        if (busyMillis(pattern, `${text}\u0000`) < 60) continue;
        // A squared time is seen in the half of the text: a neighbour on the machine is not.
        const [whole, half] = [
          busyMillis(pattern, `${text}\u0000`),
          busyMillis(pattern, `${text.slice(0, bytes / 2)}\u0000`),
        ];
        if (whole > 60 && whole / half > 2.8)
          slow.push(`${file}: /${source}/${flags} (${whole} ms)`);
      }
    }
    expect([...new Set(slow.map((each) => each.replace(/ \(.*$/, '')))]).toEqual([]);
  });
});

function busyMillis(pattern: RegExp, text: string): number {
  pattern.lastIndex = 0;
  const startedAt = process.cpuUsage();
  pattern.test(text);
  const { user, system } = process.cpuUsage(startedAt);
  return (user + system) / 1_000;
}
