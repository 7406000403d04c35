// `npm run simulate -- --seeds N [--from S]` plays seeds of the simulator over every core; `--seed S --trace` one
// of them, with its story. Sources are run as they lie, so that nothing need be built; `--plant <patch>` runs
// them with a bug in, to see that it is found.
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Doors of our packages → their sources. */
const doors = {
  '@creance/proto': 'proto/src/index.ts',
  '@creance/proto/wire': 'proto/src/wire.ts',
  '@creance/verifier': 'sdk/verifier/src/index.ts',
};

registerHooks({
  resolve(specifier, parent, next) {
    const door = doors[specifier];
    if (door !== undefined) return next(pathToFileURL(join(root, door)).href, parent);
    const isOurs = specifier.startsWith('.') && /\.(ts|mjs)$/.test(parent.parentURL ?? '');
    return next(isOurs ? specifier.replace(/\.js$/, '.ts') : specifier, parent);
  },
});

const { simulate } = await import('../test/simulator/main.ts');
process.exitCode = await simulate(process.argv.slice(2));
