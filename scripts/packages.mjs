// Packs what users install into ./packages, as a registry would get it: `npm install FOLDER/packages/*.tgz` takes
// all four at once into a project of your own.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const target = process.argv[2] ?? join(root, 'packages');
const pnpm = 'pnpm@10.34.9';
const names = ['proto', 'broker', 'sdk', 'verifier'];

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
const filters = names.flatMap((name) => ['--filter', `@creance/${name}`]);
const windows = process.platform === 'win32';
execFileSync(
  windows ? 'npx.cmd' : 'npx',
  ['--yes', pnpm, ...filters, '-r', 'pack', '--pack-destination', target],
  { cwd: root, stdio: ['ignore', 'ignore', 'inherit'], shell: windows },
);
for (const file of readdirSync(target).sort()) {
  const kilobytes = Math.ceil(statSync(join(target, file)).size / 1_000);
  process.stdout.write(`${join(target, file)}  ${kilobytes} kB\n`);
}
process.stdout.write(`\nin a project of your own: npm install ${join(target, '*.tgz')}\n`);
