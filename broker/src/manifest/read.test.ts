import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { destinationKeys } from '../doubles/destinations.js';
import { readManifest } from './read.js';

const folder = mkdtempSync(join(tmpdir(), 'creance-manifest-'));

afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(name: string, bytes: string | Uint8Array): string {
  const file = join(folder, name);
  writeFileSync(file, bytes);
  return file;
}

async function faultsOf(file: string): Promise<string[]> {
  const read = await readManifest(file, { dev: true });
  return read.ok ? [] : read.error.map(({ line, column, code }) => `${line}:${column} ${code}`);
}

/** The command of POSIX: Node has no call for it. */
const makePipe = 'mkfifo';

const good = 'apiVersion: creance/v1\nowners: { o: { contact: J\u00fcrgen } }\n';

describe('readManifest', () => {
  it('gives the registry of a file', async () => {
    const read = await readManifest(fileOf('good.yaml', good), { dev: true });
    const registry = read.ok ? read.value.registry(destinationKeys.hash) : undefined;
    expect(registry?.owners.get('o')?.contact).toBe('J\u00fcrgen');
  });

  it('names a file as it was named, and what is wrong in it', async () => {
    const file = fileOf('faulty.yaml', 'apiVersion: v1\n');
    const read = await readManifest(file, { dev: true });
    expect(read.ok ? [] : read.error.map((fault) => fault.file)).toEqual([file]);
  });

  it('refuses what is not there and what is a folder', async () => {
    expect(await faultsOf(join(folder, 'absent.yaml'))).toEqual(['1:1 file_unreadable']);
    expect(await faultsOf(folder)).toEqual(['1:1 file_unreadable']);
    expect(await faultsOf('a\0b')).toEqual(['1:1 file_unreadable']);
  });

  // breaks when: read.ts opens without O_NONBLOCK (the test hangs) or does not ask whether it is a file
  it('refuses a pipe and a device at once, and waits for no writer', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync(makePipe, [pipe]);
    expect(await faultsOf(pipe)).toEqual(['1:1 file_unreadable']);
    expect(await faultsOf('/dev/zero')).toEqual(['1:1 file_unreadable']);
  });

  it('reads no more than its bound of a file of any size', async () => {
    const file = fileOf('large.yaml', good);
    truncateSync(file, 1_099_511_627_776);
    expect(await faultsOf(file)).toEqual(['1:1 file_too_large']);
  });

  it('refuses bytes that are not UTF-8, where they are', async () => {
    const latin = Buffer.from(`${good}# a\u00fcb\n`, 'latin1');
    expect(await faultsOf(fileOf('latin.yaml', latin))).toEqual(['2:26 file_not_utf8']);
    const long = Buffer.concat([Buffer.from(good), Buffer.from([0x61, 0xc0, 0xaf])]);
    expect(await faultsOf(fileOf('overlong.yaml', long))).toEqual(['3:2 file_not_utf8']);
    const wide = Buffer.from(`\ufeff${good}`, 'utf16le');
    expect(await faultsOf(fileOf('wide.yaml', wide))).toEqual(['1:1 file_not_utf8']);
  });

  it('refuses a byte order mark', async () => {
    expect(await faultsOf(fileOf('mark.yaml', `\ufeff${good}`))).toEqual(['1:1 byte_order_mark']);
  });
});
