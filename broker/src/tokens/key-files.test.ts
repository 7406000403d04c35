import {
  chmodSync,
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
import { createTokenKey, loadOrCreateKey, loadTokenKeys, readPublicKeys } from './key-files.js';
import { generatePrivateJwk } from './signing-key.js';

const identity = { issuer: 'https://creance.example.internal', dev: false };
let folder: string;

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'creance-keys-')), 'keys');
});
afterEach(() => {
  rmSync(join(folder, '..'), { recursive: true, force: true });
});

function modeOf(...path: string[]): number {
  return statSync(join(folder, ...path)).mode & 0o777;
}

function anchorId(): string {
  const loaded = loadOrCreateKey(folder, 'anchor', identity);
  if (!loaded.ok) throw new Error(loaded.error.fault);
  return loaded.value.keyId;
}

/** Changes members of the anchor's file. */
function spoil(change: object): void {
  const file = join(folder, 'anchor.json');
  const key = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...key, ...change }));
}

describe('loadOrCreateKey', () => {
  it('makes a key on the first start and loads the same one ever after', () => {
    expect(anchorId()).toBe(anchorId());
  });

  it('makes another key for each purpose', () => {
    const ids = (['anchor', 'feed', 'audit'] as const).map((purpose) => {
      const loaded = loadOrCreateKey(folder, purpose, identity);
      return loaded.ok && loaded.value.keyId;
    });
    expect(new Set(ids)).toHaveProperty('size', 3);
  });

  // breaks when: the file is opened without a mode
  it('lets nobody else read the file or look into the folder', () => {
    const before = process.umask(0);
    try {
      anchorId();
    } finally {
      process.umask(before);
    }
    expect(modeOf('anchor.json')).toBe(0o600);
    expect(modeOf('.')).toBe(0o700);
  });

  // breaks when: only a folder of our own making gets its mode
  it('closes a folder that was there before', () => {
    mkdirSync(folder, { mode: 0o755 });
    anchorId();
    expect(modeOf('.')).toBe(0o700);
  });

  it.each([0o640, 0o604, 0o620, 0o660, 0o644, 0o601])('refuses a file of mode %o', (mode) => {
    anchorId();
    chmodSync(join(folder, 'anchor.json'), mode);
    const loaded = loadOrCreateKey(folder, 'anchor', identity);
    expect(loaded).toMatchObject({ ok: false, error: { file: join(folder, 'anchor.json') } });
  });

  // breaks when: readKeyFile compares the issuer only, or `dev` only
  it('refuses the key of another broker, and of the other mode', () => {
    anchorId();
    for (const other of [
      { issuer: 'https://other.example', dev: false },
      { ...identity, dev: true },
    ]) {
      expect(loadOrCreateKey(folder, 'anchor', other).ok).toBe(false);
    }
  });

  it('refuses a key of another purpose under its name', () => {
    loadOrCreateKey(folder, 'feed', identity);
    writeFileSync(join(folder, 'anchor.json'), readFileSync(join(folder, 'feed.json')), {
      mode: 0o600,
    });
    expect(loadOrCreateKey(folder, 'anchor', identity).ok).toBe(false);
  });

  it.each([
    ['nothing in it', ''],
    ['half of a key', '{"issuer":"https://creance.example.internal","dev":fal'],
    ['null', 'null'],
    ['a list', '[]'],
    ['no key', '{"purpose":"anchor"}'],
  ])('refuses a file with %s, and does not make a new key over it', (_name, text) => {
    anchorId();
    writeFileSync(join(folder, 'anchor.json'), text);
    expect(loadOrCreateKey(folder, 'anchor', identity).ok).toBe(false);
    expect(readFileSync(join(folder, 'anchor.json'), 'utf8')).toBe(text);
  });

  it('refuses a damaged key', () => {
    const [one, other] = [generatePrivateJwk(), generatePrivateJwk()];
    for (const jwk of [
      { ...one, d: other.d },
      { ...one, x: other.x },
      { ...one, d: undefined },
    ]) {
      anchorId();
      spoil({ jwk });
      expect(loadOrCreateKey(folder, 'anchor', identity).ok).toBe(false);
      rmSync(join(folder, 'anchor.json'));
    }
  });

  // breaks when: writeKeyFile no longer removes the draft before it
  it('takes no notice of a half-written draft that a crash has left', () => {
    anchorId();
    rmSync(join(folder, 'anchor.json'));
    writeFileSync(join(folder, 'anchor.json.draft'), '{"half":', { mode: 0o644 });
    expect(anchorId()).toBe(anchorId());
    expect(readdirSync(folder)).toEqual(['anchor.json']);
    expect(modeOf('anchor.json')).toBe(0o600);
  });
});

describe('token keys', () => {
  const now = 1_764_000_000;

  it('have a file each, in a folder that only the owner enters', () => {
    const key = createTokenKey(folder, identity, { signsFrom: now, retireAt: now + 10 });
    expect(modeOf('tokens')).toBe(0o700);
    expect(modeOf('tokens', `${key.signer.keyId}.json`)).toBe(0o600);
    const loaded = loadTokenKeys(folder, identity, now);
    expect(loaded.ok && loaded.value.map(({ signer }) => signer.keyId)).toEqual([key.signer.keyId]);
  });

  it('are none before the first start', () => {
    expect(loadTokenKeys(folder, identity, now)).toEqual({ ok: true, value: [] });
  });

  it('are loaded oldest first, and removed from the disk once they are retired', () => {
    const made = [30, 10, 20].map((from) =>
      createTokenKey(folder, identity, { signsFrom: now + from, retireAt: now + 100 + from }),
    );
    const later = loadTokenKeys(folder, identity, now + 110);
    expect(later.ok && later.value.map(({ signsFrom }) => signsFrom - now)).toEqual([20, 30]);
    expect(readdirSync(join(folder, 'tokens')).sort()).toEqual(
      [made[0], made[2]].map((key) => `${key?.signer.keyId}.json`).sort(),
    );
  });

  // breaks when: the times of a file are not looked at: then a file without one is removed as retired
  it.each([
    ['no times', { signsFrom: undefined, retireAt: undefined }],
    ['times that are no numbers', { signsFrom: '0', retireAt: '9999999999' }],
    ['a fractional time', { retireAt: now + 0.5 }],
    ['the purpose of another key', { purpose: 'anchor' }],
    ['another issuer', { issuer: 'https://other.example' }],
  ])('stop the start when a file has %s', (_name, change) => {
    const key = createTokenKey(folder, identity, { signsFrom: now, retireAt: now + 10 });
    const file = join(folder, 'tokens', `${key.signer.keyId}.json`);
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...change }));
    expect(loadTokenKeys(folder, identity, now)).toMatchObject({ ok: false, error: { file } });
    expect(readdirSync(join(folder, 'tokens'))).toHaveLength(1);
  });
});

describe('readPublicKeys', () => {
  it('gives the public half by its id, and nothing where there is no key', () => {
    expect(readPublicKeys(folder, 'audit').size).toBe(0);
    const made = loadOrCreateKey(folder, 'audit', identity);
    const keys = readPublicKeys(folder, 'audit');
    expect([...keys.keys()]).toEqual([made.ok && made.value.keyId]);
    for (const key of keys.values()) expect(key.type).toBe('public');
    writeFileSync(join(folder, 'audit.json'), 'half');
    expect(readPublicKeys(folder, 'audit').size).toBe(0);
  });
});
