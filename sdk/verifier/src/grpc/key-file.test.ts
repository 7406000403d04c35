import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemEntropy } from '../runtime/entropy.js';
import { newEcKey } from './ec-key.js';
import { createKeyFile, type Membership, readKeyFile } from './key-file.js';

let folder = '';
let path = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'creance-key-'));
  path = join(folder, 'key.json');
});
afterEach(() => rm(folder, { recursive: true }));

function membership(): Membership {
  return {
    issuer: 'https://creance.example.internal',
    address: 'https://creance.example.internal:7420',
    anchor: newEcKey().thumbprint,
    evidenceKey: newEcKey(),
  };
}

const rewrite = async (change: (file: Record<string, unknown>) => unknown) => {
  const file = JSON.parse(await readFile(path, 'utf8'));
  await writeFile(path, JSON.stringify(change(file)));
};

describe('the key file', () => {
  it('gives back what it was given', async () => {
    const made = await createKeyFile(path, membership(), systemEntropy);
    const read = await readKeyFile(path);
    expect(read).toMatchObject({ issuer: made.issuer, address: made.address, anchor: made.anchor });
    expect(read?.evidenceKey.thumbprint).toBe(made.evidenceKey.thumbprint);
  });

  it('is none where there is none', async () => {
    expect(await readKeyFile(path)).toBeUndefined();
  });

  // breaks when: link becomes rename.
  it('is made once: of two at the same time both go on with one key', async () => {
    const both = await Promise.all(
      [membership(), membership()].map((each) => createKeyFile(path, each, systemEntropy)),
    );
    const [one, other] = both.map(({ evidenceKey }) => evidenceKey.thumbprint);
    expect(one).toBe(other);
  });

  it.each([0o640, 0o604, 0o660, 0o610])('is refused with mode %o', async (mode) => {
    await createKeyFile(path, membership(), systemEntropy);
    await chmod(path, mode);
    await expect(readKeyFile(path)).rejects.toMatchObject({
      reason: 'key_file_readable_by_others',
    });
    await chmod(path, 0o600);
    expect(await readKeyFile(path)).toBeDefined();
  });

  it.each<[string, (file: Record<string, unknown>) => unknown]>([
    ['is no object', () => 'junk'],
    ['has another version', (file) => ({ ...file, version: 2 })],
    ['has no issuer', (file) => ({ ...file, issuer: undefined })],
    ['has a malformed anchor', (file) => ({ ...file, anchor: 'short' })],
    [
      'has no private half',
      (file) => ({ ...file, key: { ...(file['key'] as object), d: undefined } }),
    ],
    [
      'has halves of two keys',
      (file) => ({ ...file, key: { ...(file['key'] as object), ...newEcKey().jwk } }),
    ],
    ['is too large', (file) => ({ ...file, more: 'x'.repeat(5_000) })],
  ])('is refused when it %s', async (_name, change) => {
    await createKeyFile(path, membership(), systemEntropy);
    await rewrite(change);
    await expect(readKeyFile(path)).rejects.toMatchObject({ reason: 'key_file_malformed' });
  });
});
