import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seededEntropy } from './doubles/seeded-entropy.js';
import { identityOf } from './identity.js';
import { systemEntropy } from './runtime/entropy.js';

const issuer = 'https://creance.example.internal';
const real = { dev: false, issuer };
const dev = { dev: true, issuer: undefined };
let folder: string;

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'creance-identity-')), 'data');
});
afterEach(() => {
  rmSync(join(folder, '..'), { recursive: true });
});

function identify(mode: Parameters<typeof identityOf>[1], seed = 'seed') {
  return identityOf(folder, mode, seededEntropy(seed));
}

function codeOf(mode: Parameters<typeof identityOf>[1]): string {
  const identity = identify(mode);
  return identity.ok ? 'mine' : identity.error.code;
}

describe('the identity of a data folder', () => {
  it('is the issuer of the manifest, fixed on the first start', () => {
    expect(identify(real)).toEqual({ ok: true, value: { issuer, dev: false } });
    expect(identify(real)).toEqual({ ok: true, value: { issuer, dev: false } });
  });

  it('is an issuer of its own for development, the same ever after', () => {
    const first = identify(dev);
    expect(first.ok && first.value.issuer).toMatch(/^https:\/\/dev\.[a-z0-9]{12}\.invalid$/);
    expect(identify(dev, 'other bytes')).toEqual(first);
  });

  it('is one that nobody else has, whatever the manifest of a development broker says', () => {
    const issuers = Array.from({ length: 50 }, () => {
      rmSync(folder, { recursive: true, force: true });
      const made = identityOf(folder, { dev: true, issuer }, systemEntropy());
      return made.ok && made.value.issuer;
    });
    expect(new Set(issuers).size).toBe(50);
    expect(issuers).not.toContain(issuer);
  });

  // breaks when: the kind is not compared
  it('keeps development and everything else apart, for ever', () => {
    identify(dev);
    expect(codeOf(real)).toBe('identity_of_other_kind');
    rmSync(folder, { recursive: true });
    identify(real);
    expect(codeOf({ dev: true, issuer })).toBe('identity_of_other_kind');
    expect(codeOf(real)).toBe('mine');
  });

  // breaks when: the issuer is taken from the manifest: then its keys would sign for another
  it('refuses another issuer', () => {
    identify(real);
    for (const other of ['https://other.example', `${issuer}/`, issuer.toUpperCase()]) {
      expect(codeOf({ dev: false, issuer: other })).toBe('identity_of_other_issuer');
    }
  });

  it('is refused without an issuer, and nothing is written', () => {
    expect(codeOf({ dev: false, issuer: undefined })).toBe('issuer_missing');
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    '',
    '{"issuer":"https://a"',
    'null',
    '[]',
    '{}',
    '{"issuer":1,"dev":false}',
    '{"issuer":"a","dev":"false"}',
  ])('is refused when its file says %j, and the file is left as it is', (text) => {
    identify(real);
    writeFileSync(join(folder, 'identity.json'), text);
    expect(codeOf(real)).toBe('identity_unreadable');
    expect(readFileSync(join(folder, 'identity.json'), 'utf8')).toBe(text);
  });

  // breaks when: the file is written in place: then a crash in the middle leaves a folder that no broker
  // takes
  it('is no worse for what a crash has left of its first writing', () => {
    mkdirSync(folder);
    writeFileSync(join(folder, 'identity.json.draft'), '{"issu', { mode: 0o644 });
    expect(codeOf(real)).toBe('mine');
    expect(readdirSync(folder)).toEqual(['identity.json']);
  });

  it('lets nobody else look into the folder, which may have been open before', () => {
    mkdirSync(folder, { mode: 0o755 });
    identify(real);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'identity.json')).mode & 0o777).toBe(0o600);
  });
});
