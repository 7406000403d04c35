import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';

let place: string;
let data: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'creance-compiled-'));
  data = join(place, 'data');
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

const source = pathToFileURL(join(import.meta.dirname, 'compile-cache.ts')).href;

/** A cache is of a whole process, so each trial has a process of its own. Gives the folder in use, or nothing. */
function kept(): string {
  const big = join(place, 'big.mjs');
  writeFileSync(big, `export const big = ${JSON.stringify('x'.repeat(2_000))};`);
  const trial = `
    import { keepCompiled } from ${JSON.stringify(source)};
    const folder = keepCompiled(${JSON.stringify(data)});
    await import(${JSON.stringify(pathToFileURL(big).href)});
    process.stdout.write(folder ?? '');`;
  const args = ['--experimental-strip-types', '--no-warnings', '--input-type=module', '-e', trial];
  const { NODE_COMPILE_CACHE: _, NODE_DISABLE_COMPILE_CACHE: __, ...env } = process.env;
  return execFileSync(process.execPath, args, { encoding: 'utf8', env });
}

// breaks when: the folder is made without a mode, or the wrong folder counts as the older one
it('keeps what was compiled in a folder of its own that is closed to others', () => {
  const folder = kept();
  expect(folder.startsWith(join(data, 'compiled'))).toBe(true);
  expect(statSync(join(data, 'compiled')).mode & 0o777).toBe(0o700);
  expect(statSync(data).mode & 0o777).toBe(0o700);
  expect(readdirSync(folder).length).toBeGreaterThan(0);
});

// breaks when: dropOlder is left out
it('drops what another version of Node has left', () => {
  const older = join(data, 'compiled', 'v1.0.0-x64-00000000-0');
  mkdirSync(older, { recursive: true, mode: 0o700 });
  expect(kept()).not.toBe('');
  expect(existsSync(older)).toBe(false);
});

// breaks when: isOursAlone does not look at the mode of the folder
it('uses no folder that others can write or read', () => {
  mkdirSync(join(data, 'compiled'), { recursive: true, mode: 0o700 });
  chmodSync(join(data, 'compiled'), 0o770);
  expect(kept()).toBe('');
  expect(readdirSync(join(data, 'compiled'))).toEqual([]);
});

// breaks when: only the folder is looked at, and not the data folder around it, where it could be put in its place
it('uses none in a data folder that others can write', () => {
  mkdirSync(data, { mode: 0o700 });
  chmodSync(data, 0o777);
  expect(kept()).toBe('');
});

// breaks when: isOursAlone follows links (statSync)
it('follows no link to a folder elsewhere', () => {
  const elsewhere = join(place, 'elsewhere');
  mkdirSync(elsewhere, { mode: 0o700 });
  mkdirSync(data, { mode: 0o700 });
  symlinkSync(elsewhere, join(data, 'compiled'));
  expect(kept()).toBe('');
  expect(readdirSync(elsewhere)).toEqual([]);
});

// breaks when: a fault of the file system is thrown
it('starts without one where no folder can be made', () => {
  writeFileSync(data, 'a file');
  expect(kept()).toBe('');
});
