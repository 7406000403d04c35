import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repository } from '../support/doc-pages.js';

/** Kilobytes that a package has at most, packed. */
const most = { proto: 160, sdk: 150, verifier: 150, broker: 1_000 } as const;

const folder = mkdtempSync(join(tmpdir(), 'creance-packages-'));
const packed = (name: string) => join(folder, `creance-${name}-0.0.0.tgz`);

beforeAll(() => {
  const script = join(repository, 'scripts/packages.mjs');
  execFileSync(process.execPath, [script, folder], { cwd: repository, stdio: 'ignore' });
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(Object.entries(most))('the package %s, as it is packed', (name, kilobytes) => {
  const listed = () =>
    execFileSync('tar', ['tzf', packed(name)], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .map((file) => file.replace(/^package\//, ''));

  // breaks when: a pattern of `files` in its package.json does not leave out what only tests use
  it('holds no test, no double and no map', () => {
    const stray = listed().filter((file) =>
      /\.test\.|\/(doubles|support)\/|\/(double|fake)-|\.map$/.test(file),
    );
    expect(stray).toEqual([]);
  });

  it('holds every door that it names, and its licence', () => {
    const text = execFileSync('tar', ['xzOf', packed(name), 'package/package.json'], {
      encoding: 'utf8',
    });
    const { exports, bin = {}, dependencies } = JSON.parse(text);
    const doors = Object.values<Record<string, string>>(exports).flatMap((door) =>
      Object.values(door),
    );
    const named = [...doors, ...Object.values<string>(bin)].map((file) =>
      file.replace(/^\.\//, ''),
    );
    expect(listed()).toEqual(expect.arrayContaining([...named, 'LICENSE']));
    expect(JSON.stringify(dependencies)).not.toMatch(/workspace:|catalog:/);
  });

  it(`is ${kilobytes} kB at most`, () => {
    const bytes = Number(
      execFileSync('wc', ['-c', packed(name)], { encoding: 'utf8' })
        .trim()
        .split(' ')[0],
    );
    expect(bytes).toBeLessThan(kilobytes * 1_000);
  });
});
