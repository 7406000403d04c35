import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Thumbprint } from '@creance/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemEntropy } from '../runtime/entropy.js';
import { createKeyFile, readKeyFile } from './key-file.js';
import { SigningKey } from './signing-key.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'creance-key-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const content = () => ({
  issuer: 'https://creance.example.internal',
  address: 'https://creance.example.internal:7420',
  anchor: 'A'.repeat(43) as Thumbprint,
  key: SigningKey.generate(),
});
const modeOf = async (path: string) => (await stat(path)).mode & 0o777;
const create = (path: string) => createKeyFile(path, content(), systemEntropy);

describe('createKeyFile', () => {
  it('writes a file that only its owner may read, in folders that only its owner may enter', async () => {
    const path = join(folder, 'a', 'b', 'agent.key.json');
    const written = await create(path);
    expect(await modeOf(path)).toBe(0o600);
    expect(await modeOf(join(folder, 'a'))).toBe(0o700);
    expect(await modeOf(join(folder, 'a', 'b'))).toBe(0o700);
    expect((await readKeyFile(path))?.key.thumbprint).toBe(written.key.thumbprint);
  });

  // breaks when: `place` renames, which takes the name from whoever has it
  it('never writes over a key that stands there', async () => {
    const path = join(folder, 'agent.key.json');
    const first = await create(path);
    const second = await create(path);
    expect(second.key.thumbprint).toBe(first.key.thumbprint);
    expect((await readKeyFile(path))?.key.thumbprint).toBe(first.key.thumbprint);
  });

  it('lets the first of many processes win and gives its key to all', async () => {
    const path = join(folder, 'agent.key.json');
    const made = await Promise.all(Array.from({ length: 8 }, () => create(path)));
    expect(new Set(made.map(({ key }) => key.thumbprint)).size).toBe(1);
    expect((await readKeyFile(path))?.key.thumbprint).toBe(made[0]?.key.thumbprint);
  });

  it('leaves no draft behind', async () => {
    const path = join(folder, 'agent.key.json');
    await Promise.all([create(path), create(path)]);
    expect(await readdir(folder)).toEqual(['agent.key.json']);
  });

  it('says where it cannot write', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(create(join(folder, 'file', 'agent.key.json'))).rejects.toMatchObject({
      code: 'CREANCE_KEY_FILE_UNWRITABLE',
      subject: join(folder, 'file', 'agent.key.json'),
    });
  });
});

describe('readKeyFile', () => {
  it('finds nothing where there is nothing', async () => {
    expect(await readKeyFile(join(folder, 'none.json'))).toBeUndefined();
  });

  it.each([0o640, 0o604, 0o644, 0o620, 0o602, 0o610])('refuses a file of mode %o', async (mode) => {
    const path = join(folder, 'agent.key.json');
    await create(path);
    await chmod(path, mode);
    await expect(readKeyFile(path)).rejects.toMatchObject({
      code: 'CREANCE_KEY_FILE_TOO_OPEN',
      subject: path,
    });
  });

  it('judges the file behind a link, not the link', async () => {
    const path = join(folder, 'agent.key.json');
    await create(path);
    await symlink(path, join(folder, 'link'));
    expect(await readKeyFile(join(folder, 'link'))).toBeDefined();
    await chmod(path, 0o644);
    await expect(readKeyFile(join(folder, 'link'))).rejects.toMatchObject({
      code: 'CREANCE_KEY_FILE_TOO_OPEN',
    });
  });

  it.each([
    ['', 'is empty'],
    ['not json', 'is no JSON'],
    ['{"format":"creance-key:v1"}', 'lacks its parts'],
    ['x'.repeat(5_000), 'is too long'],
  ])('refuses a file that %2$s', async (text) => {
    const path = join(folder, 'agent.key.json');
    await writeFile(path, text, { mode: 0o600 });
    await expect(readKeyFile(path)).rejects.toMatchObject({ code: 'CREANCE_KEY_FILE_MALFORMED' });
  });

  it('refuses a file of another format', async () => {
    const path = join(folder, 'agent.key.json');
    await create(path);
    const text = (await readFile(path, 'utf8')).replace('creance-key:v1', 'creance-key:v2');
    await writeFile(path, text);
    await expect(readKeyFile(path)).rejects.toMatchObject({ code: 'CREANCE_KEY_FILE_MALFORMED' });
  });

  it('refuses a folder', async () => {
    await expect(readKeyFile(folder)).rejects.toMatchObject({ code: 'CREANCE_KEY_FILE_MALFORMED' });
  });

  it('puts nothing of the file into the error', async () => {
    const path = join(folder, 'agent.key.json');
    await writeFile(path, '{"d":"private-canary"', { mode: 0o600 });
    const error: unknown = await readKeyFile(path).catch((thrown: unknown) => thrown);
    expect(JSON.stringify(error) + String((error as Error).stack)).not.toContain('private-canary');
  });
});
