// `npm run simulate -- --seeds N [--from S]` plays seeds of the simulator over every core; `--seed S --trace` one
// of them, with its story. Sources are run as they lie, so that nothing need be built; `--plant <patch>` runs
// them with a bug in, to see that it is found.
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Doors of our packages → their sources. */
const doors = {
  '@creance/proto': 'proto/src/index.ts',
  '@creance/proto/wire': 'proto/src/wire.ts',
  '@creance/verifier': 'sdk/verifier/src/index.ts',
};

/** Sources with a bug in, by path from the root. */
const planted = plantedBy(process.argv);

registerHooks({
  resolve(specifier, parent, next) {
    const door = doors[specifier];
    if (door !== undefined) return next(pathToFileURL(join(root, door)).href, parent);
    const isOurs = specifier.startsWith('.') && /\.(ts|mjs)$/.test(parent.parentURL ?? '');
    return next(isOurs ? specifier.replace(/\.js$/, '.ts') : specifier, parent);
  },
  load(url, about, next) {
    const path = url.startsWith('file:') ? relative(root, fileURLToPath(url)) : '';
    const source = planted.get(path);
    if (source === undefined) return next(url, about);
    return { format: 'module-typescript', source, shortCircuit: true };
  },
});

/** Applies the patch that was asked for, in memory: the files stay as they are. */
function plantedBy(argv) {
  const at = argv.indexOf('--plant');
  if (at < 0) return new Map();
  const sections = readFileSync(argv[at + 1], 'utf8')
    .split(/^--- a\//m)
    .slice(1);
  return new Map(sections.map(plantOne));
}

function plantOne(section) {
  const [path] = section.split('\n', 1);
  const hunks = section.split(/^@@.*@@.*\n/m).slice(1);
  const text = hunks.reduce(applyHunk, readFileSync(join(root, path), 'utf8'));
  return [path, text];
}

/** A hunk fits exactly once, or the patch belongs to other sources. */
function applyHunk(text, hunk) {
  const lines = hunk.split('\n').filter((line) => /^[ +-]/.test(line));
  const side = (mark) => lines.filter((line) => line[0] !== mark).map((line) => line.slice(1));
  const [before, after] = [side('+').join('\n'), side('-').join('\n')];
  if (text.split(before).length !== 2) throw new Error(`the patch does not fit: ${before}`);
  return text.replace(before, () => after);
}

const { simulate } = await import('../test/simulator/main.ts');
process.exitCode = await simulate(process.argv.slice(2));
